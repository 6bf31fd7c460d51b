import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { makeRequest } from '../../sdk/identity/certificate-request.ts';
import { type ClaimCode, parseClaimCode } from '../../sdk/identity/claim/claim-code.ts';
import { claimKey } from '../../sdk/identity/claim/claim-key.ts';
import { encodeEnrolment } from '../../sdk/identity/claim/enrolment.ts';

/** What a claim of a test is made with. */
export const newClaim = (service = 'http://127.0.0.1:8843', gateway = 'gw-1') => ({
  gateway,
  town: '001',
  name: '东山村微型消防站',
  village: '201',
  brokers: ['mqtts://127.0.0.1:8883'],
  operators: [
    { name: 'duty', key: `${'A'.repeat(43)}=` },
    { name: 'chief', key: Buffer.alloc(32, 1).toString('base64'), roles: ['life-safety', 'renew'] as const },
  ],
  service,
});

export const newDeviceKey = (): KeyObject => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

/** What a gateway sends that has this code and key, and names itself so. */
export function enrolmentOf(code: ClaimCode | string, key: KeyObject, commonName?: string): Uint8Array {
  const subject = commonName === undefined ? undefined : { organization: '330603', unit: '001', commonName };
  return encodeEnrolment(makeRequest(subject, key), claimKey(typeof code === 'string' ? parseClaimCode(code) : code));
}
