import { fieldsOf } from '../../../sdk/wire/parse.ts';
import type { Data } from '../../../sdk/wire/request.ts';
import { type RunningGateway, runningGateway } from '../gateway/running-gateway.ts';
import { filled } from '../terminal/language.ts';
import { harmless } from '../terminal/text.ts';
import { additionOf, alterationOf, type DeviceArguments, deviceArguments, idOf } from './arguments.ts';
import { deviceListing } from './listing.ts';
import { deviceTable } from './table.ts';
import { deviceWords } from './words.ts';

/**
 * `fengsui device add|change|remove`: changes the list of the gateway that runs with this configuration, at once. The
 * platform hears of it, and its next list is merged with it.
 * @throws FengsuiError INVALID | CONFLICT | NOT_FOUND with what to do; UNAVAILABLE when it does not run or a list of the
 * platform is on trial; CONFIG, FORBIDDEN, TIMEOUT, PROTOCOL
 */
export const deviceAdd = async (args: readonly string[]): Promise<void> => {
  const given = deviceArguments(args);
  const gateway = await runningGateway(given.config);
  await send(gateway, given, { act: 'add', ...additionOf(gateway.site, given) }, 'added');
};

/** See {@link deviceAdd}. */
export const deviceChange = async (args: readonly string[]): Promise<void> => {
  const given = deviceArguments(args);
  const change = alterationOf(given);
  await send(await runningGateway(given.config), given, { act: 'change', ...change }, 'changed');
};

/** See {@link deviceAdd}. */
export const deviceRemove = async (args: readonly string[]): Promise<void> => {
  const given = deviceArguments(args);
  const id = idOf(given.what);
  await send(await runningGateway(given.config), given, { act: 'remove', id }, 'removed');
};

/** `fengsui device list`: all devices, where they come from, and where the platform and the site are at odds. @throws as {@link deviceAdd} */
export async function deviceList(args: readonly string[]): Promise<void> {
  const given = deviceArguments(args);
  const pages = await pagesOf(await runningGateway(given.config));
  process.stdout.write(given.json ? jsonOf(pages) : deviceTable(deviceListing(pages), given.lang));
}

async function send(
  { ask }: RunningGateway,
  { config, lang, json }: DeviceArguments,
  change: { readonly act: string; readonly id: string; readonly fields?: Data },
  done: 'added' | 'changed' | 'removed',
): Promise<void> {
  const configVersion = fieldsOf(await ask('device', change), 'device').count('configVersion');
  const line = harmless(filled(deviceWords[done][lang], change.id, config));
  process.stdout.write(json ? `${JSON.stringify({ device: change.id, configVersion })}\n` : `${line}\n`);
}

/** As the first page, with what is on the others. */
function jsonOf(pages: readonly unknown[]): string {
  const [first, ...others] = pages.map((page) => fieldsOf(page, 'config'));
  const all = (list: 'devices' | 'conflicts') => [first, ...others].flatMap((page) => page?.list(list) ?? []);
  const head = { configVersion: first?.raw('configVersion'), desired: first?.raw('desired') };
  return `${JSON.stringify({ ...head, devices: all('devices'), conflicts: all('conflicts') })}\n`;
}

/** All pages, as the gateway tells them. A list that changes meanwhile may be shown half as it was. */
async function pagesOf({ ask }: RunningGateway): Promise<readonly unknown[]> {
  const pages: unknown[] = [];
  for (let after: string | undefined = ''; after !== undefined; ) {
    const page = await ask('config', { after });
    pages.push(page);
    const fields = fieldsOf(page, 'config');
    after = fields.has('next') ? fields.text('next') : undefined;
  }
  return pages;
}
