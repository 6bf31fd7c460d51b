import { filled, type Lang, type Said } from '../terminal/language.ts';

/** All that `fengsui enroll` says when nothing is wrong. */
const words = {
  /** {}: a gateway, a file */
  enrolled: { en: '{} is enrolled: its certificate is in {}', zh: '{} 已登记：证书存于 {}' },
  /** {}: a gateway, an address */
  takenUp: {
    en: '{} is claimed. It works from now on; “fengsui run” brings it to {} by itself as soon as there is a network',
    zh: '{} 已认领，现在即可工作；联网后由 “fengsui run” 自动到 {} 完成登记',
  },
  /** {}: a file */
  written: {
    en: 'the configuration is in {}: add the buses and their devices, then “fengsui config check”',
    zh: '配置已写入 {}：请添加总线与设备，然后执行 “fengsui config check”',
  },
  /** {}: a file */
  agrees: { en: '{} agrees with what the district says', zh: '{} 与区县登记的信息一致' },
  /** {}: a URL */
  addBroker: {
    en: 'to be added under “uplinks”: { url: "{}", ca: ca.pem, cert: gateway.pem, key: gateway.key }',
    zh: '请在 “uplinks” 下添加：{ url: "{}", ca: ca.pem, cert: gateway.pem, key: gateway.key }',
  },
  /** {}: as it has to stand there */
  addOperator: { en: 'to be added under “operators”: {}', zh: '请在 “operators” 下添加：{}' },
  /** {}: a name, roles, roles */
  otherRoles: {
    en: 'operator “{}” has the roles {} here, and {} by the district',
    zh: '操作员 “{}” 在本机的角色为 {}，区县登记为 {}',
  },
  /** {}: a name, a name */
  otherName: {
    en: 'the gateway is called “{}” here, and “{}” by the district; both work',
    zh: '网关在本机名为 “{}”，区县登记为 “{}”；不影响使用',
  },
} as const satisfies Record<string, Said>;

/** A sentence with its gaps filled, in order. */
export const sayEnrol = (word: keyof typeof words, lang: Lang, ...parts: readonly string[]): string =>
  filled(words[word][lang], ...parts);
