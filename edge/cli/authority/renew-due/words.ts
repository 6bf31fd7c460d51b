import { filled, type Lang, type Said } from '../../terminal/language.ts';
import type { RenewalRow } from './rows.ts';

/** What is said of a certificate. {}: its holder, then when the present one ends; see {@link ends}. */
export const outcomeWords = {
  /** {}: a name, how it ends, the new end */
  renewed: {
    en: '{}: renewed, valid until {}; the gateway tries it now',
    zh: '{}：已续期，有效期至 {}；网关正在试用新证书',
  },
  'refused-before': {
    en: '{}: renewed once more, as the broker did NOT TAKE the last one; the present one {}. Look at the broker’s clock, and write its rules and revocations anew (fengsui broker mosquitto-config)',
    zh: '{}：代理服务器未接受上一张新证书，已再次续期；现有证书{}。请检查代理服务器的时钟，并重新生成规则与吊销列表（fengsui broker mosquitto-config）',
  },
  'would-renew': { en: '{}: would be renewed; the present one {}', zh: '{}：将会续期；现有证书{}' },
  trying: {
    en: '{}: has a new one and is still trying it; the present one {}',
    zh: '{}：已有新证书，仍在试用；现有证书{}',
  },
  offline: {
    en: '{}: OFFLINE, its certificate {}. Its turn comes when it is back. Out of use? fengsui authority revoke {} --why retired',
    zh: '{}：离线，证书{}。恢复在线后自动续期。已停用？fengsui authority revoke {} --why retired',
  },
  replaced: {
    en: '{}: has a newer one; the one before {}. See that the newer one is in use',
    zh: '{}：已有新证书；旧证书{}。请确认正在使用新证书',
  },
  /** {}: a name, how it ends, a code, a sentence */
  failed: { en: '{}: NOT RENEWED, the present one {}. {}: {}', zh: '{}：未能续期，现有证书{}。{}：{}' },
  'by-hand': {
    en: '{}: {}, and is renewed by hand: fengsui authority renew {} --folder {} --out FILE; put the file in the place of the old one and restart what uses it. The key stays',
    zh: '{}：{}，须手工续期：fengsui authority renew {} --folder {} --out FILE；用新文件替换旧文件，并重启使用它的程序。私钥不变',
  },
} as const satisfies Record<RenewalRow['outcome'], Said>;

export const renewalWords = {
  /** {}: a day, a number */
  endsIn: { en: 'ends on {} (days left: {})', zh: '将于 {} 到期（还有 {} 天）' },
  ended: { en: 'ENDED on {} (days ago: {})', zh: '已于 {} 过期（{} 天前）' },
  /** {}: a name, a folder */
  carry: {
    en: ' If it cannot wait: fengsui authority renew {} --folder {} --out gateway.pem, and carry the file to the gateway. The key stays',
    zh: '。如不能等待：fengsui authority renew {} --folder {} --out gateway.pem，将文件带到网关。私钥不变',
  },
  /** {}: an operator */
  unknownKey: {
    en: ' Is the public half of the key of “{}” under “operators” in the configuration of the gateway, with the role “renew”?',
    zh: '。网关配置的 “operators” 下是否有 “{}” 的公钥，且具有角色 “renew”？',
  },
  nextRun: { en: ' The next run tries again', zh: '。下次运行时重试' },
  /** {}: a number, names */
  needsPerson: {
    en: 'Somebody has to see to these, as at most {} days are left, or what is in the way does not go by itself: {}',
    zh: '以下需要人工处理（剩余不超过 {} 天，或问题不会自行消除）：{}',
  },
  /** {}: a number, a number */
  allWell: {
    en: 'Nobody has to do anything now. Due within {} days: {}',
    zh: '目前无需人工处理。{} 天内到期：{} 项',
  },
} as const satisfies Record<string, Said>;

export const sayRenewal = (word: keyof typeof renewalWords, lang: Lang, ...parts: readonly string[]): string =>
  filled(renewalWords[word][lang], ...parts);
