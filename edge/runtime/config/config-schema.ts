import { z } from 'zod';
import { commandRisks, operatorRoles } from '../../../sdk/model/command.ts';
import { baudAdvice, baudRates } from '../../bus/modbus/baud-rates.ts';

const id = z
  .string({
    error: (issue) => (typeof issue.input === 'number' ? 'expected a text; put it in quotes, e.g. "0012"' : undefined),
  })
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'expected lower-case letters, digits and hyphens, at most 63');
const digits = (count: number, first: string, what: string) =>
  z
    .string({ error: () => `expected ${count} digits in quotes, e.g. "${'330603'.slice(-count)}" (${what})` })
    .regex(new RegExp(`^${first}\\d{${count - 1}}$`), `expected ${count} digits (${what})`);
const hostPort = z
  .string()
  .regex(/^[^\s:]+:\d{1,5}$/, { error: 'expected host:port, e.g. "192.168.1.20:502"', abort: true })
  .refine(hasPort, 'the port must be 1–65535');

const conditionChange = z.strictObject({
  limit: z.number().optional().describe('Takes the place of the profile’s limit, in the unit of the point.'),
  deadband: z.number().optional(),
  onDelayMs: z.int().optional().describe('Must hold this long before it is raised.'),
  offDelayMs: z.int().optional().describe('Must be gone this long before it is cleared.'),
});
const siteCondition = conditionChange.extend({
  heightened: conditionChange.optional().describe('What is different while the risk level is heightened or severe.'),
  severe: conditionChange.optional().describe('What is different while the risk level is severe.'),
});

const siteCommand = z.strictObject({
  proof: z
    .string()
    .regex(/^[^/\s]+\/[^/\s]+$/, 'expected device/point')
    .describe('Contact that is closed once the command has had its effect, such as the end switch of a barrier.'),
  proofWithinMs: z.int().min(1_000).max(120_000).default(15_000).describe('How long that may take.'),
});

export const deviceSchema = z.strictObject({
  id: id.describe('Unique on this gateway; part of topics and alarm ids.'),
  profile: z.string().describe('What the device is, e.g. generic/municipal-hydrant.'),
  name: z.string().min(1).max(100).describe('What people call it.'),
  place: z.string().max(200).optional().describe('Where it is, for those who run there.'),
  unit: z
    .int()
    .min(1, 'units are 1–247; 0 is broadcast')
    .max(247, 'units are 1–247')
    .optional()
    .describe('Modbus address.'),
  line: z.int().min(0).max(1_000).optional().describe('GPIO line offset, or pin of a Firmata board.'),
  activeLow: z
    .boolean()
    .optional()
    .describe('The line is active when low. Default: inputs true (contact to ground), outputs false.'),
  settings: z.record(z.string(), z.number()).optional().describe('Numbers that the profile leaves to the site.'),
  pollMs: z.int().min(100).max(3_600_000).optional().describe('Poll period; the profile’s unless given.'),
  conditions: z
    .record(z.string(), siteCondition)
    .optional()
    .describe('What this site changes of the profile’s conditions, by their names.'),
  commands: z
    .record(z.string(), siteCommand)
    .optional()
    .describe('What proves the effect of the profile’s commands at this site, by their names.'),
  verifyMs: z
    .int()
    .min(1_000)
    .max(60_000)
    .optional()
    .describe('A fire of this device waits at most so long for a second look, shown as pre-alarm. Off unless given.'),
});
export type DeviceConfig = z.infer<typeof deviceSchema>;

const busSchema = z
  .strictObject({
    id,
    tcp: hostPort.optional().describe('Modbus TCP server.'),
    rtuOverTcp: hostPort.optional().describe('Serial server that passes RTU frames.'),
    serial: z.string().optional().describe('Serial device, best by its stable path /dev/serial/by-id/….'),
    firmata: hostPort.optional().describe('Board that speaks Firmata over TCP.'),
    gpiochip: z.string().optional().describe('Kernel GPIO chip by its label, e.g. pinctrl-rp1.'),
    baud: z.literal(baudRates, { error: ({ input }) => `${String(input)} ${baudAdvice}` }).optional(),
    parity: z.enum(['none', 'even', 'odd']).optional(),
    stopBits: z.literal([1, 2]).optional(),
    timeoutMs: z.int().min(20).max(60_000).optional().describe('How long a device may take to answer. Default 1,000.'),
    quietMs: z.int().min(0).max(10_000).optional().describe('Silence after a time-out on a serial line. Default 300.'),
    acceptSlow: z
      .boolean()
      .optional()
      .describe('The site accepts that devices of this bus are read later than their period asks for.'),
    devices: z.array(deviceSchema).default([]),
  })
  .superRefine((bus, ctx) => {
    const kinds = busKinds.filter((kind) => bus[kind] !== undefined);
    if (kinds.length !== 1) {
      const found = kinds.length === 0 ? 'none of them' : kinds.join(' and ');
      ctx.addIssue({ code: 'custom', message: `expected exactly one of ${busKinds.join(', ')}; found ${found}` });
    }
  });
export const busKinds = ['tcp', 'rtuOverTcp', 'serial', 'firmata', 'gpiochip'] as const;
export type BusConfig = z.infer<typeof busSchema>;

const brokerUrl = z.string().regex(/^mqtts?:\/\/[^\s/]+/, 'expected mqtt://host:port or mqtts://host:port');

const uplinkShape = z.strictObject({
  id: id.default('platform').describe('Names its place in the journal: with another id it is another uplink.'),
  url: brokerUrl.optional(),
  urls: z
    .array(brokerUrl)
    .min(1)
    .max(16)
    .optional()
    .describe(
      'In the place of url: nodes of one cluster of brokers, the most preferred first. When one fails the next is tried.',
    ),
  username: z.string().optional(),
  password: z.string('expected a text; put it in quotes').optional(),
  ca: z.string().optional().describe('File with the certificate authority, PEM.'),
  cert: z.string().optional().describe('File with this gateway’s certificate, PEM.'),
  key: z.string().optional().describe('File with this gateway’s key, PEM.'),
  startAt: z
    .enum(['stored', 'now'])
    .default('stored')
    .describe(
      'Where an uplink begins whose id the journal does not know yet: with all that is still stored, or with what comes from now on.',
    ),
  standby: z
    .boolean()
    .default(false)
    .describe(
      'Connects only when the others do not get a fire or a call through, and brings alarms only. At another broker than theirs.',
    ),
});
export type UplinkConfig = z.infer<typeof uplinkShape>;
const uplinkSchema = uplinkShape.superRefine(({ url, urls }, ctx) => {
  if ((url === undefined) !== (urls === undefined)) return;
  const found = url === undefined ? 'none of them' : 'both';
  ctx.addIssue({ code: 'custom', message: `expected url, or urls for a cluster of brokers; found ${found}` });
});

const linkageSchema = z.strictObject({
  name: z.string().min(1).max(100),
  when: z.array(z.string().regex(/^[^/\s]+\/[^/\s]+$/, 'expected device/condition')).min(1),
  set: z
    .string()
    .regex(/^[^/\s]+\/[^/\s]+$/, 'expected device/point')
    .describe('Output that is on while one of the alarms is active.'),
  sounder: z
    .boolean()
    .default(false)
    .describe('It sounds: a person may silence it for one occurrence, and a walk test may chirp it.'),
  proof: z
    .string()
    .regex(/^[^/\s]+\/[^/\s]+$/, 'expected device/point')
    .optional()
    .describe('What is true once the output has had its effect, such as the end switch of a barrier.'),
  proofWithinMs: z.int().min(1_000).max(120_000).default(15_000).describe('How long that may take.'),
});

const zoneSchema = z.strictObject({
  id: id.describe('Unique on this gateway, also among devices and buses: its alarms go by it.'),
  name: z.string().min(1).max(100),
  devices: z.array(z.string()).min(1).describe('Devices that would see the same fire.'),
  coincidence: z
    .strictObject({ atLeast: z.int().min(2).max(100) })
    .optional()
    .describe('So many of them at once are a fire of the zone, besides their own.'),
});

const riskWindowSchema = z.strictObject({
  level: z.enum(['heightened', 'severe']),
  from: z.string().describe('When it begins, as cron.'),
  to: z.string().describe('When it ends, as cron.'),
  why: z.string().min(1).max(100),
});

export const configSchema = z.strictObject({
  version: z.literal(1),
  gateway: z.strictObject({
    id,
    name: z.string().min(1).max(100),
    district: digits(6, '[1-9]', 'GB/T 2260'),
    town: digits(3, '\\d', 'GB/T 10114'),
    village: digits(3, '\\d', 'the last three of the twelve of 统计用区划代码')
      .optional()
      .describe('Village or community within the town, so that the platform can count by it.'),
    clock: z
      .enum(['ntp', 'trusted'])
      .default('ntp')
      .describe('“trusted” where something else keeps the host’s clock right.'),
  }),
  uplinks: z.array(uplinkSchema).default([]),
  operators: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(64),
        key: z.string().describe('Ed25519 public key, base64, 32 bytes.'),
        roles: z
          .array(z.enum(operatorRoles))
          .optional()
          .describe('What the key may be used for. All but “life-safety” unless given.'),
      }),
    )
    .default([])
    .describe('Who may change things and take alarms over. Without any, the gateway only reports.'),
  policy: z
    .strictObject({
      twoPersons: z
        .array(z.enum(commandRisks))
        .default([])
        .describe('Commands of these risks need the signatures of two different operators.'),
    })
    .prefault({}),
  journal: z
    .strictObject({
      path: z.string().default('data').describe('Folder; relative to this file.'),
      maxMb: z.int().min(4).max(100_000).default(256).describe('Room for readings; alarms have their own.'),
      maxDays: z
        .int()
        .min(1)
        .max(3_660)
        .default(90)
        .describe('Readings that no uplink took are given up when they are so old, by a clock that can be trusted.'),
      commitMs: z
        .int()
        .min(100)
        .max(600_000)
        .default(10_000)
        .describe('Readings of at most this long are lost at a power cut.'),
      chunkKb: z
        .int()
        .min(4)
        .max(256)
        .default(48)
        .describe('Readings are stored before commitMs is over once so many KiB of them wait, 16 bytes for each.'),
      fsync: z
        .enum(['always', 'os'])
        .default('always')
        .describe(
          '“always”: readings are on the disk when their commit ends. “os”: when the kernel writes them, up to 30 s later, which spares the card. Alarms are always on the disk before they are told.',
        ),
      cardTbw: z
        .number()
        .min(0.1)
        .max(100_000)
        .default(10)
        .describe('How much may be written to the card or disk in its life, in terabytes (TBW of its data sheet).'),
      historyDays: z
        .int()
        .min(1)
        .max(3_660)
        .default(400)
        .describe('Readings of so many days can be asked for and exported on the gateway itself.'),
      historyMb: z
        .int()
        .min(4)
        .max(100_000)
        .default(512)
        .describe('Room for that history; when it is used up the oldest day gives way.'),
    })
    .prefault({}),
  delivery: z
    .strictObject({
      receiptWithinMs: z
        .int()
        .min(5_000)
        .max(600_000)
        .default(30_000)
        .describe(
          'A fire or a call that no application has confirmed by then is told on the spot (alarm-not-received) and by the uplinks that stand by.',
        ),
    })
    .prefault({}),
  buses: z.array(busSchema).default([]),
  linkage: z.array(linkageSchema).default([]),
  zones: z.array(zoneSchema).default([]),
  riskCalendar: z.array(riskWindowSchema).default([]).describe('Times of higher risk, such as holidays.'),
  watchdog: z
    .string()
    .startsWith('/', 'expected the path of a device, e.g. "/dev/watchdog"')
    .optional()
    .describe('Hardware watchdog that restarts the board unless the gateway feeds it, e.g. /dev/watchdog.'),
  selfTest: z.string().default('0 3 * * *').describe('When to test itself daily, as cron.'),
});
export type Config = z.infer<typeof configSchema>;

/** A function declaration, since the schemas above are made while this file loads. */
function hasPort(text: string): boolean {
  const port = Number(text.slice(text.lastIndexOf(':') + 1));
  return port >= 1 && port <= 65_535;
}
