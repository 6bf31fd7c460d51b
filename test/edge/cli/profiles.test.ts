import { expect, it } from 'vitest';
import { profiles } from '../../../device-profiles/index.ts';
import { profileTable } from '../../../edge/cli/profiles.ts';

it('a device is listed with its name in the language asked for and how it comes from the works', () => {
  const line = (lang: 'en' | 'zh'): string | undefined =>
    profileTable(profiles, lang).find((each) => each.startsWith('keller/series-30'));
  expect(line('en')).toMatch(/Keller 30\/33\/36 pressure transmitter {2,}9600 8N1, 1$/);
  expect(line('zh')).toMatch(/Keller 30\/33\/36 压力变送器 {2,}9600 8N1, 1$/);
});

it('every profile has a line, and what is not verified says so and why', () => {
  const lines = profileTable(profiles, 'zh');
  expect(lines).toHaveLength(profiles.length);
  expect(lines.find((each) => each.startsWith('renke/rs-yg-n01'))).toMatch(/未核实: ./);
});
