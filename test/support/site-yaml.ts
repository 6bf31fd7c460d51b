import { parseConfig } from '../../edge/runtime/config/load-config.ts';
import type { Site } from '../../edge/runtime/config/site.ts';

/** The least that a configuration needs; six lines. */
export const head = `version: 1
gateway:
  id: gw-1
  name: Gateway
  district: "330603"
  town: "001"
`;

/** A configuration with these devices on one serial bus; the first device stands in line 11, column 9. */
export const onBus = (...devices: readonly string[]): string =>
  `${head}buses:
  - id: rs485
    rtuOverTcp: 127.0.0.1:502
    devices:
${devices.map((d) => `      - { ${d} }\n`).join('')}`;

/** A configuration with these devices on one Firmata board; the first device stands in line 11. */
export const onLines = (...devices: readonly string[]): string =>
  onBus(...devices)
    .replace('rtuOverTcp', 'firmata')
    .replace('rs485', 'gpio');

export const hydrant = (id: string, unit: number, more = ''): string =>
  `id: ${id}, profile: generic/municipal-hydrant, name: Hydrant, unit: ${unit}${more}`;

export const siteOf = (yaml: string): Site => parseConfig(yaml, '/etc/fengsui/site.yaml');
