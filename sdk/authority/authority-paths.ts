import { join } from 'node:path';

/** What an authority keeps where in its folder. */
export const authorityPaths = (folder: string) => ({
  key: join(folder, 'ca.key'),
  certificate: join(folder, 'ca.pem'),
  register: join(folder, 'register.jsonl'),
  claims: join(folder, 'claims.jsonl'),
  lock: join(folder, 'lock'),
  issued: join(folder, 'issued'),
  issuedFile: (serial: string) => join(folder, 'issued', `${serial}.pem`),
});
export type AuthorityPaths = ReturnType<typeof authorityPaths>;
