import type { VillagePorts } from '../village/start-village.ts';

export const district = '330603';
export const gateway = 'dongshan-01';
export const operator = 'demo';
/** The device that the demo provisions while everything runs. */
export const newcomer = { id: 'hydrant-8', unit: 8 } as const;

export type SiteParts = {
  readonly ports: VillagePorts;
  readonly brokerPort: number;
  readonly operatorKey: string;
};

/** The configuration of the village's gateway, as an installer would write it. */
export const siteFile = ({ ports, brokerPort, operatorKey }: SiteParts): string => `version: 1
gateway:
  id: ${gateway}
  name: 东山村微型消防站
  district: "${district}"
  town: "001"
  clock: trusted
uplinks:
  - url: mqtt://127.0.0.1:${brokerPort}
operators:
  - { name: ${operator}, key: "${operatorKey}" }
journal: { path: data, maxMb: 64, commitMs: 1000 }
buses:
  - id: water
    tcp: 127.0.0.1:${ports.hydrants}
    devices:
${hydrants}
      - { id: fire-main, profile: generic/fire-main, unit: 9, name: 村委会消防管网, place: 村委会泵房 }
  - id: wireless
    rtuOverTcp: 127.0.0.1:${ports.wireless}
    devices:
      - { id: smoke-kitchen, profile: generic/wireless-smoke-alarm, unit: 1, settings: { slot: 0 }, name: 厨房烟感, place: 王奶奶家厨房 }
      - { id: smoke-bedroom, profile: generic/wireless-smoke-alarm, unit: 1, settings: { slot: 1 }, name: 卧室烟感, place: 王奶奶家卧室 }
      - { id: smoke-hall, profile: generic/wireless-smoke-alarm, unit: 1, settings: { slot: 2 }, name: 大厅烟感, place: 村委会大厅 }
      - { id: smoke-store, profile: generic/wireless-smoke-alarm, unit: 1, settings: { slot: 3 }, name: 库房烟感, place: 村委会库房 }
      - { id: meter, profile: eastron/sdm120, unit: 2, name: 电表, place: 王奶奶家 }
      - { id: relays, profile: waveshare/relay-8, unit: 3, name: 继电器, place: 村委会 }
  - id: home
    firmata: 127.0.0.1:${ports.home}
    devices:
      - { id: call, profile: generic/call-button, line: 2, name: 一键报警, place: 王奶奶家床头 }
      - { id: mains, profile: generic/mains-contact, line: 3, name: 主电, place: 王奶奶家 }
      - { id: siren, profile: generic/siren, line: 8, name: 声光警报器, place: 王奶奶家门口 }
linkage:
  - name: 王奶奶家
    when: [smoke-kitchen/smoke, smoke-bedroom/smoke, call/pressed]
    set: siren/sounding
`;

const hydrants = [1, 2, 3, 4, 5, 6, 7]
  .map((n) => `      - { id: hydrant-${n}, profile: generic/municipal-hydrant, unit: ${n}, name: ${n} 号消火栓 }`)
  .join('\n');
