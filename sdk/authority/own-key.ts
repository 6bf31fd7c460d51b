import { makeRequest } from '../identity/certificate-request.ts';
import { ownKey } from '../identity/own-key.ts';
import { districtCode } from '../model/ids.ts';
import { commonName, type Holder, townOf } from './holder.ts';

/**
 * A certificate request by the key in a file, which is made with mode 0600 where there is none. The key never leaves it.
 * @returns PEM (PKCS #10); it is no secret
 * @throws FengsuiError INVALID (district, no key on P-256), FORBIDDEN (others can open the file)
 */
export async function certificateRequest(options: {
  readonly keyFile: string;
  readonly district: string;
  readonly holder: Holder;
}): Promise<string> {
  const { keyFile, holder } = options;
  const organization = districtCode(options.district);
  const subject = { commonName: commonName(holder), organization, unit: townOf(holder) };
  return makeRequest(subject, await ownKey(keyFile));
}
