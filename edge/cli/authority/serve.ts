import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { type EnrolmentEvent, serveEnrolment } from '../../../sdk/authority/enrolment/serve-enrolment.ts';
import { openAuthority } from '../../../sdk/authority/open-authority.ts';
import { FengsuiError } from '../../../sdk/model/errors.ts';
import type { Lang } from '../terminal/language.ts';
import { need } from '../terminal/need.ts';
import { tell } from '../terminal/terminal.ts';
import { where } from './arguments.ts';
import { say } from './words.ts';

/**
 * `fengsui authority serve`: answers gateways that come with a code, until Ctrl-C.
 * @throws FengsuiError INVALID, NOT_FOUND, FORBIDDEN
 */
export async function authorityServe(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      folder: { type: 'string' },
      lang: { type: 'string' },
      listen: { type: 'string' },
      cert: { type: 'string' },
      key: { type: 'string' },
    },
  });
  const { lang, folder } = where(values);
  const listen = listenIn(need(values.listen, 'where? Add --listen HOST:PORT, e.g. 0.0.0.0:8843'));
  const authority = await openAuthority({ folder });
  const tls = await tlsIn(values);
  await using service = await serveEnrolment({
    authority,
    listen,
    tls,
    onEvent: (event) => tell(eventText(event, lang)),
  });
  tell(say('serving', lang, service.url));
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}

function listenIn(text: string): { readonly host: string; readonly port: number } {
  const [, host, port] = /^\[?([^\]]+)\]?:(\d{1,5})$/.exec(text) ?? [];
  if (host !== undefined && Number(port) <= 65_535) return { host, port: Number(port) };
  throw new FengsuiError('INVALID', `--listen ${text}: expected HOST:PORT, e.g. 0.0.0.0:8843`);
}

async function tlsIn({ cert, key }: { readonly cert?: string | undefined; readonly key?: string | undefined }) {
  if (cert === undefined && key === undefined) return undefined;
  return {
    cert: await readFile(need(cert, '--key goes with --cert FILE'), 'utf8'),
    key: await readFile(need(key, '--cert goes with --key FILE'), 'utf8'),
  };
}

function eventText(event: EnrolmentEvent, lang: Lang): string {
  if (event.type !== 'refused') {
    const { claim, address } = event;
    return say(event.type === 'enrolled' ? 'enrolled' : 'toldAgain', lang, claim.gateway, address, claim.serial ?? '');
  }
  const word = event.code === 'CLAIM_USED' || event.code === 'FORBIDDEN' ? 'suspicious' : 'refusedClaim';
  return say(word, lang, event.address, event.code, event.message);
}
