import { expect, it } from 'vitest';
import { languageOf } from '../../../../edge/cli/terminal/language.ts';

it.each<[wanted: string | undefined, env: Record<string, string>, lang: string]>([
  ['zh', { LANG: 'en_GB.UTF-8' }, 'zh'],
  ['en', { LANG: 'zh_CN.UTF-8' }, 'en'],
  [undefined, { LANG: 'zh_CN.UTF-8' }, 'zh'],
  [undefined, { LC_ALL: 'C', LANG: 'zh_CN.UTF-8' }, 'en'],
  [undefined, { LC_ALL: '', LANG: 'zh_CN.UTF-8' }, 'zh'],
  [undefined, {}, 'en'],
])('--lang %s in a terminal with %j speaks %s', (wanted, env, lang) => {
  expect(languageOf(wanted, env)).toBe(lang);
});

it('a language that is not there is refused', () => {
  expect(() => languageOf('de', {})).toThrow('--lang de: expected en or zh');
});
