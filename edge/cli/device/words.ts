import type { ListedDevice, Sync } from '../../../sdk/wire/desired.ts';
import type { Said } from '../terminal/language.ts';

/** All that `fengsui device` says. */
export const deviceWords = {
  id: { en: 'id', zh: '编号' },
  name: { en: 'name', zh: '名称' },
  place: { en: 'place', zh: '位置' },
  bus: { en: 'bus', zh: '总线' },
  address: { en: 'address', zh: '地址' },
  profile: { en: 'profile', zh: '型号' },
  origin: { en: 'from', zh: '来源' },
  none: { en: 'there are no devices', zh: '没有设备' },
  /** {}: a device, a configuration file */
  added: {
    en: '{} is added. Whether it answers: fengsui bus stat --config {}',
    zh: '已添加 {}。是否应答可用 fengsui bus stat --config {} 查看',
  },
  changed: { en: '{} is changed', zh: '已修改 {}' },
  removed: { en: '{} is removed', zh: '已移除 {}' },
  /** {}: a version */
  version: { en: 'list of the platform: version {}', zh: '平台清单：第 {} 版' },
  conflict: { en: 'conflict with the platform', zh: '与平台冲突' },
  device: { en: 'the device', zh: '设备' },
  onSite: { en: 'on site', zh: '现场' },
  platform: { en: 'platform', zh: '平台' },
  nothing: { en: 'none', zh: '无' },
  inForce: { en: 'in force', zh: '生效' },
} as const satisfies Record<string, Said>;

export const originWords = {
  file: { en: 'configuration file', zh: '配置文件' },
  platform: { en: 'platform', zh: '平台' },
  local: { en: 'on site', zh: '现场' },
} as const satisfies Record<ListedDevice['origin'], Said>;

export const syncWords = {
  'in-sync': { en: 'in force', zh: '已生效' },
  trial: { en: 'on trial', zh: '试运行' },
  rejected: { en: 'REJECTED', zh: '已拒绝' },
} as const satisfies Record<Sync, Said>;
