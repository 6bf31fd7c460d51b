import type { CertificateState } from '../../../sdk/authority/register.ts';
import type { Lang } from '../language.ts';

type Said = Record<Lang, string>;

/** All that `fengsui authority`, `broker` and `identity` say when nothing is wrong. */
export const authorityWords = {
  name: { en: 'name', zh: '名称' },
  town: { en: 'town', zh: '乡镇' },
  state: { en: 'state', zh: '状态' },
  until: { en: 'valid until', zh: '有效期至' },
  serial: { en: 'serial number', zh: '序列号' },
  none: { en: 'no certificate was issued yet', zh: '尚未签发证书' },
  /** {}: a folder */
  made: {
    en: 'the authority is in {}. Whoever has this folder can be any gateway: keep it off the network, and keep a copy',
    zh: '证书机构已建立于 {}。拿到该目录者可冒充任何网关：请离线保存，并另存备份',
  },
  /** {}: a name, a time, a serial number */
  issued: {
    en: 'certificate for {}, valid until {}, serial number {}',
    zh: '已为 {} 签发证书，有效期至 {}，序列号 {}',
  },
  /** {}: a name, a serial number */
  revoked: { en: 'revoked: {}, serial number {}', zh: '已吊销：{}，序列号 {}' },
  /** After every change of the register. */
  tellBroker: {
    en: 'the broker knows nothing of it yet: write its rules anew (fengsui broker mosquitto-config) and reload it',
    zh: '代理服务器尚不知情：请重新生成规则（fengsui broker mosquitto-config）并重新加载',
  },
  /** {}: a folder */
  brokerWritten: {
    en: 'written to {}. Now let the broker read it: systemctl reload mosquitto; after a theft, restart it',
    zh: '已写入 {}。请让代理服务器读取：systemctl reload mosquitto；设备被盗后请重启',
  },
  /** {}: a file, a file */
  requested: {
    en: 'the key is in {} and stays there. Send this request to the district’s authority; its answer belongs into {}',
    zh: '私钥保存在 {}，不会离开本机。请将此申请发给区县证书机构；签回的证书存入 {}',
  },
} as const satisfies Record<string, Said>;

export const stateWords = {
  valid: { en: 'valid', zh: '有效' },
  ending: { en: 'ends soon', zh: '即将到期' },
  expired: { en: 'EXPIRED', zh: '已过期' },
  revoked: { en: 'revoked', zh: '已吊销' },
} as const satisfies Record<CertificateState, Said>;

/** A sentence with its gaps filled, in order. */
export function say(word: keyof typeof authorityWords, lang: Lang, ...parts: readonly string[]): string {
  const rest = parts.values();
  return authorityWords[word][lang].replaceAll('{}', () => rest.next().value ?? '');
}
