import { FengsuiError } from '../../sdk/model/errors.ts';
import { type Fields, fieldsOf } from '../../sdk/wire/parse.ts';
import type { Data, Query } from '../../sdk/wire/request.ts';
import { openTelemetry } from '../../sdk/wire/telemetry.ts';
import type { Entry, Journal } from '../journal/journal.ts';
import type { Handlers } from '../uplink/request-desk.ts';
import { alarmCommands, alarmsPage, isByPeople, suppressedRow } from './alarm-commands.ts';
import { applyRequest, configPage } from './desired/answers.ts';
import { diagnosticsCommands } from './diagnostics/diagnostics-commands.ts';
import { logsAnswer } from './diagnostics/logs-answer.ts';
import { statusPage } from './gateway-status.ts';
import type { CommandHandlers, HandlerContext } from './handler-context.ts';
import { historyAnswer, pointRow } from './history-answer.ts';

const latestPage = 100;
const batchesOfPage = 16;
/** A reader accepts replies of 64 KiB. */
const batchesBytes = 60_000;

type QueryHandlers = Readonly<Record<Exclude<Query, 'challenge'>, (p: Fields) => Data | Promise<Data>>>;

export function handlers(ctx: HandlerContext): Handlers {
  const queries = queryHandlers(ctx);
  const commands = commandHandlers(ctx);
  return {
    query: async (method, params) => queries[method](paramsOf(params)),
    command: async (method, params, operator) => commands[method](paramsOf(params), operator),
    invoke: ctx.deviceCommands.invoke,
  };
}

const paramsOf = (params: Data): Fields => fieldsOf(params ?? {}, 'params');

const queryHandlers = (ctx: HandlerContext): QueryHandlers => ({
  latest: (p) => latest(ctx, p),
  history: (p) => historyAnswer(ctx, p),
  batches: (p) => batches(ctx.journal, p),
  table: async (p) => ({ table: await tableBytes(ctx.journal, p.count('hash')) }),
  alarms: (p) => alarmsPage(ctx.alarms.standing(), p.has('after') ? p.text('after') : undefined, ctx.clocks?.()),
  resume: () => ({ log: ctx.journal.id, next: ctx.resume() }),
  suppressed: () => ({ suppressed: ctx.alarms.suppressed().filter(isByPeople).map(suppressedRow) }),
  outcome: (p) => ctx.deviceCommands.outcome(p),
  walkTest: () => ({ ...ctx.alarms.walkTest.state() }),
  logs: (p) => logsAnswer(ctx.logs, p),
  scan: () => ctx.scans.state(),
  config: (p) => ({ ...configPage(ctx.site, ctx.devices, p.has('after') ? p.text('after') : undefined) }),
  certificate: () => ctx.certificates.show(),
  status: (p) => statusPage(ctx.status(), p.has('after') ? p.text('after') : undefined),
});

function commandHandlers(ctx: HandlerContext): CommandHandlers {
  const { devices, applyDevices } = ctx;
  return {
    ...alarmCommands(ctx),
    ...diagnosticsCommands(ctx.scans, ctx.site.buses),
    apply: async (p, operator) => ({ ...(await ctx.desired.apply(applyRequest(p), operator)) }),
    installCertificate: (p) => ctx.certificates.install(p),
    provision: async (p) => {
      await devices.add(p.raw('device'), ifVersion(p));
      applyDevices();
      return { configVersion: devices.version };
    },
    remove: async (p, operator) => {
      const device = p.text('device');
      await devices.remove(device, ifVersion(p));
      applyDevices({ device, operator });
      return { configVersion: devices.version };
    },
  };
}

const ifVersion = (p: Fields): number | undefined => (p.has('ifVersion') ? p.count('ifVersion') : undefined);

function latest(ctx: HandlerContext, p: Fields): Data {
  const only = p.has('device') ? p.text('device') : undefined;
  const after = p.has('after') ? p.text('after') : '';
  const all = [...ctx.points()].filter(([device]) => (only === undefined ? device > after : device === only));
  if (only !== undefined && all.length === 0) throw new FengsuiError('NOT_FOUND', `there is no device “${only}”`);
  const page = all.toSorted(([a], [b]) => (a < b ? -1 : 1)).slice(0, latestPage);
  const next = all.length > page.length ? page.at(-1)?.[0] : undefined;
  return {
    devices: page.map(([device, points]) => ({
      device,
      points: points.flatMap((point) =>
        point.value ? [pointRow(point.name, ctx.wallOf(point.value), point.value)] : [],
      ),
    })),
    ...(next !== undefined && { next }),
  };
}

async function batches(journal: Journal, p: Fields): Promise<Data> {
  if (p.count('log') !== journal.id) throw new FengsuiError('CONFLICT', 'these numbers belong to another journal');
  const upTo = p.count('upTo');
  const entries = await journal.read('telemetry', p.count('after'), batchesOfPage);
  const wanted = entries.filter((entry) => entry.seq <= upTo || firstOf(entry) <= upTo);
  return { batches: fitting(wanted.map(({ body }) => body)) };
}

/** An entry bears the last of the numbers that it stands for. */
function firstOf({ seq, body }: Entry): number {
  const message = openTelemetry(body);
  return message.kind === 'snapshot' ? seq : message.first;
}

/** As many as one reply has room for, and always one. */
function fitting(bodies: readonly Uint8Array[]): readonly Uint8Array[] {
  let room = batchesBytes;
  return bodies.filter((body, i) => {
    room -= body.length;
    return i === 0 || room >= 0;
  });
}

async function tableBytes(journal: Journal, hash: number): Promise<Uint8Array> {
  const bytes = (await journal.kept(`table/${hash}`)).get(`table/${hash}`);
  if (!bytes) throw new FengsuiError('NOT_FOUND', `point table ${hash} is not kept any more`);
  return bytes;
}
