import { createPrivateKey, X509Certificate } from 'node:crypto';
import { describeError } from '../../../sdk/model/errors.ts';
import { readText } from '../../platform/files.ts';
import type { UplinkConfig } from '../../runtime/config/config-schema.ts';
import type { Site } from '../../runtime/config/site.ts';

/** Who each uplink with a certificate says that this gateway is, and what the broker would have against it. */
export function identityLines({ uplinks, address }: Site): Promise<readonly string[]> {
  return Promise.all(
    uplinks.flatMap(({ id, cert, key }) =>
      cert === undefined ? [] : [identityOf({ cert, key }, address).then((said) => `identity  ${id}: ${said}`)],
    ),
  );
}

async function identityOf(
  { cert, key }: Pick<UplinkConfig, 'key'> & { readonly cert: string },
  { district, town, gateway }: Site['address'],
): Promise<string> {
  const pem = await readText(cert);
  if (pem === undefined)
    return `no certificate in ${cert} yet; until then this uplink stays down. “fengsui identity” makes the request for it`;
  try {
    const read = new X509Certificate(pem);
    const [found, wanted] = [read.subject.replaceAll('\n', ', '), `O=${district}, OU=${town}, CN=${gateway}`];
    if (found !== wanted)
      return `${cert} is for ${found}, not for ${wanted}: a broker with the district’s rules takes nothing from it`;
    const secret = key === undefined ? undefined : await readText(key);
    if (secret === undefined) return `no key for ${cert}: this uplink stays down`;
    if (!read.checkPrivateKey(createPrivateKey(secret)))
      return `the key ${key} is not that of ${cert}: this uplink stays down`;
    return `${found}, valid until ${read.validTo}`;
  } catch (e) {
    return `${cert} or its key cannot be read (${describeError(e)}): this uplink stays down`;
  }
}
