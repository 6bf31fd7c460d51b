import { parseArgs } from 'node:util';
import { certificateRequest } from '../../../sdk/authority/own-key.ts';
import { FengsuiError } from '../../../sdk/model/errors.ts';
import { loadConfig } from '../../runtime/config/load-config.ts';
import type { Site } from '../../runtime/config/site.ts';
import { say } from '../authority/words.ts';
import { languageOf } from '../terminal/language.ts';
import { need } from '../terminal/need.ts';
import { tell } from '../terminal/terminal.ts';

/**
 * `fengsui identity`: makes the key of a gateway where its configuration says, unless it is there, and prints the request for its certificate.
 * @throws FengsuiError CONFIG, INVALID (no uplink with a key), FORBIDDEN (others can open the key)
 */
export async function identityCommand(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { config: { type: 'string' }, uplink: { type: 'string' }, lang: { type: 'string' } },
  });
  const lang = languageOf(values.lang, process.env);
  const site = await loadConfig(need(values.config, 'which gateway? Add --config FILE'));
  const { key, cert } = filesOf(site, values.uplink);
  const { district, town, gateway } = site.address;
  const holder = { kind: 'gateway', name: gateway, town } as const;
  process.stdout.write(await certificateRequest({ keyFile: key, district, holder }));
  tell(say('requested', lang, key, cert));
}

function filesOf({ uplinks }: Site, id: string | undefined): { readonly key: string; readonly cert: string } {
  const found = uplinks.filter((uplink) => (id === undefined ? uplink.key !== undefined : uplink.id === id));
  const [first, second] = found;
  if (second && second.key !== first?.key)
    throw new FengsuiError('INVALID', `which uplink? Add --uplink ${found.map((uplink) => uplink.id).join(' or ')}`);
  if (first?.key !== undefined && first.cert !== undefined) return { key: first.key, cert: first.cert };
  throw new FengsuiError(
    'INVALID',
    `${id === undefined ? 'no uplink' : `the uplink “${id}”`} has a certificate and a key. Under “uplinks” say where they are to be, e.g. ca: ca.pem, cert: gateway.pem, key: gateway.key`,
  );
}
