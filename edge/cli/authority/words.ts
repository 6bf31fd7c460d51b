import type { ClaimState } from '../../../sdk/authority/claims/claim.ts';
import type { CertificateState } from '../../../sdk/authority/register.ts';
import { filled, type Lang, type Said } from '../terminal/language.ts';

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
  gateway: { en: 'gateway', zh: '网关' },
  claim: { en: 'claim', zh: '认领编号' },
  noClaim: { en: 'no claim code was made yet', zh: '尚未生成认领码' },
  /** {}: a gateway, a time */
  claimed: {
    en: 'the code is for {}, for one gateway only, until {}. It is shown this once: whoever has it can be that gateway',
    zh: '认领码仅供 {} 一台网关使用，有效期至 {}。只显示这一次：拿到它的人即可成为该网关',
  },
  /** {}: a file */
  qrWritten: { en: 'the QR code is in {}; it is as secret as the code', zh: '二维码已写入 {}，请像认领码一样保密' },
  /** {}: a file */
  ticketWritten: {
    en: 'the ticket for a site without network is in {}. It is no secret, and is worth nothing without the code',
    zh: '无网络现场所用的凭单已写入 {}。凭单无需保密，没有认领码则无用',
  },
  /** {}: a gateway, a claim */
  cancelled: { en: 'cancelled: the code for {}, claim {}', zh: '已作废：{} 的认领码，编号 {}' },
  /** {}: an address */
  serving: { en: 'gateways can enrol at {}; Ctrl-C ends it', zh: '网关可在 {} 登记；按 Ctrl-C 结束' },
  /** {}: a gateway, an address, a serial number */
  enrolled: { en: 'enrolled: {}, from {}, certificate {}', zh: '已登记：{}，来自 {}，证书 {}' },
  /** {}: a gateway, an address, a serial number */
  toldAgain: { en: 'asked again: {}, from {}, certificate {}', zh: '再次索取：{}，来自 {}，证书 {}' },
  /** {}: an address, a code, a sentence */
  refusedClaim: { en: 'refused: from {}, {}: {}', zh: '已拒绝：来自 {}，{}：{}' },
  /** {}: an address, a code, a sentence */
  suspicious: {
    en: 'ALARM, somebody else may have a code: from {}, {}: {}',
    zh: '警告：认领码可能已泄露：来自 {}，{}：{}',
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

export const claimStateWords = {
  open: { en: 'open', zh: '未使用' },
  used: { en: 'used', zh: '已使用' },
  expired: { en: 'expired', zh: '已过期' },
  cancelled: { en: 'cancelled', zh: '已作废' },
} as const satisfies Record<ClaimState, Said>;

/** A sentence with its gaps filled, in order. */
export const say = (word: keyof typeof authorityWords, lang: Lang, ...parts: readonly string[]): string =>
  filled(authorityWords[word][lang], ...parts);
