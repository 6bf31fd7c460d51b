import { describe, expect, it } from 'vitest';
import { tlsTrouble } from '../../../sdk/model/tls-trouble.ts';

const failure = (code: string): Error => Object.assign(new Error('as Node words it'), { code });

describe('what TLS has against a connection', () => {
  it.each([
    ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_REVOKED', 'ours', 'certificate revoked'],
    ['ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_EXPIRED', 'ours', 'certificate expired'],
    ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'ours', 'unknown ca'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'ours', 'certificate required'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'theirs', 'not of the authority'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'theirs', 'another host'],
    ['CERT_NOT_YET_VALID', 'theirs', 'clock'],
  ])('%s: refused is %s', (code, refused, text) => {
    expect(tlsTrouble(failure(code))).toEqual({ refused, text: expect.stringContaining(text) });
  });

  it.each([failure('ECONNREFUSED'), failure('ERR_SSL_WRONG_VERSION_NUMBER'), new Error('x'), 'x', undefined])(
    'nothing in %s',
    (cause) => {
      expect(tlsTrouble(cause)).toBeUndefined();
    },
  );
});
