import { parseArgs } from 'node:util';
import { writeBrokerFolder } from '../../../sdk/authority/broker-folder.ts';
import { mosquittoAcl, mosquittoConfig } from '../../../sdk/authority/mosquitto.ts';
import { openAuthority } from '../../../sdk/authority/open-authority.ts';
import { FengsuiError } from '../../../sdk/model/errors.ts';
import { where } from '../authority/arguments.ts';
import { say } from '../authority/words.ts';
import { tell } from '../terminal/terminal.ts';

/** Where Debian's mosquitto may look for it; only in what is printed. */
const usualFolder = '/etc/mosquitto/fengsui';

/**
 * `fengsui broker mosquitto-config`: writes all that mosquitto needs of the authority into a folder, or prints configuration and rules.
 * @throws FengsuiError NOT_FOUND (no authority, no such folder), FORBIDDEN, INVALID, PROTOCOL
 */
export async function brokerConfig(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      folder: { type: 'string' },
      out: { type: 'string' },
      port: { type: 'string' },
      lang: { type: 'string' },
    },
  });
  const { lang, folder } = where(values);
  const port = portIn(values.port);
  const authority = await openAuthority({ folder });
  if (values.out === undefined) {
    const { district } = authority;
    const config = mosquittoConfig({ district, folder: usualFolder, port });
    process.stdout.write(`${config}\n${mosquittoAcl(district, await authority.list(), await authority.claims.list())}`);
    return;
  }
  await writeBrokerFolder(authority, { folder: values.out, port });
  tell(say('brokerWritten', lang, values.out));
}

function portIn(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw new FengsuiError('INVALID', `--port ${text}: expected 1–65535`);
}
