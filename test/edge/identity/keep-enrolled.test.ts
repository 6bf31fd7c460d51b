import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeSame } from '../../../edge/identity/keep-enrolled.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const certificate = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';

it.each(['', '\0'.repeat(60), '-----BEG', certificate.slice(0, 40), `${certificate.slice(0, 30)}${'\0'.repeat(9)}`])(
  'what a power cut has left of a certificate (%j) is written anew: nobody is there to take it away',
  async (left) => {
    const file = join(await temporaryFolder(), 'gateway.pem');
    await writeFile(file, left);
    await writeSame(file, certificate);
    expect(await readFile(file, 'utf8')).toBe(certificate);
    await writeSame(file, certificate);
  },
);

it.each(['mine', certificate.replace('MIIB', 'MIIC'), `${certificate}more`])(
  'another’s file (%j) is not written over',
  async (other) => {
    const file = join(await temporaryFolder(), 'gateway.pem');
    await writeFile(file, other);
    await expect(writeSame(file, certificate)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await readFile(file, 'utf8')).toBe(other);
  },
);
