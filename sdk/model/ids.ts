import type { Brand } from './brand.ts';
import { FengsuiError } from './errors.ts';

/** Administrative division code of a county or district, six digits (GB/T 2260), e.g. `330603` for Keqiao. */
export type DistrictCode = Brand<string, 'DistrictCode'>;
/** Code of a town or subdistrict within its district, three digits (GB/T 10114), e.g. `001`. */
export type TownCode = Brand<string, 'TownCode'>;
/** Code of a village or community within its town, three digits (the last of the twelve of 统计用区划代码), e.g. `201`. */
export type VillageCode = Brand<string, 'VillageCode'>;
/** A gateway, unique within its district. */
export type GatewayId = Brand<string, 'GatewayId'>;
/** A device, unique within its gateway. */
export type DeviceId = Brand<string, 'DeviceId'>;

/** Ids travel as topic levels, so `/`, `+`, `#`, blanks and empty strings are refused at the door. */
const levelPattern = /^[a-z0-9][a-z0-9-]{0,62}$/;

function checked<Name extends string>(what: string, pattern: RegExp, expected: string) {
  return (raw: string): Brand<string, Name> => {
    if (!pattern.test(raw)) {
      throw new FengsuiError('INVALID', `${what} ${JSON.stringify(raw)} is not valid: expected ${expected}`, {
        details: { what, raw },
      });
    }
    return raw as Brand<string, Name>;
  };
}

const levelText = 'lower-case letters, digits and hyphens, at most 63, starting with a letter or digit';

/** @throws FengsuiError INVALID */
export const districtCode = checked<'DistrictCode'>('district code', /^[1-9]\d{5}$/, 'six digits (GB/T 2260)');
/** @throws FengsuiError INVALID */
export const townCode = checked<'TownCode'>('town code', /^\d{3}$/, 'three digits (GB/T 10114)');
/** @throws FengsuiError INVALID */
export const villageCode = checked<'VillageCode'>('village code', /^\d{3}$/, 'three digits');
/** @throws FengsuiError INVALID */
export const gatewayId = checked<'GatewayId'>('gateway id', levelPattern, levelText);
/** @throws FengsuiError INVALID */
export const deviceId = checked<'DeviceId'>('device id', levelPattern, levelText);
