import { describe, expect, it } from 'vitest';
import { pad, type ScreenState, screen } from '../../../simulators/demo/screen.ts';
import { languageOf, sayAny, speaker } from '../../../simulators/demo/words.ts';

const state: ScreenState = {
  connected: true,
  gateway: { name: '东山村', online: true, backlog: 0 },
  devices: [
    {
      name: '1 号消火栓',
      health: 'ok',
      alarm: undefined,
      values: [{ text: '0.367 MPa', quality: 'good', ageMs: 1_400 }],
    },
    { name: '烟感', health: 'ok', alarm: 'fire', values: [{ text: 'smoke', quality: 'doubtful', ageMs: 61_000 }] },
  ],
  alarms: [],
  scene: '…',
  readings: 12,
};

describe('the screen of the demo', () => {
  it('shows value, quality and age of each device, and its alarm first', () => {
    const lines = screen(state, speaker('en'), 40);
    expect(lines.find((l) => l.includes('1 号消火栓'))).toMatch(/0\.367 MPa +good +1 s/);
    expect(lines.find((l) => l.includes('FIRE! 烟感'))).toMatch(/smoke +doubtful 61 s/);
    expect(lines.join('\n')).toContain('none yet');
  });

  it('says that the gateway is offline, and how much waits in it', () => {
    const lines = screen({ ...state, gateway: { name: 'G', online: false, backlog: 9 } }, speaker('en'), 40);
    expect(lines[0]).toContain('OFFLINE');
    expect(lines[0]).toContain('waiting in the gateway 9');
  });

  it('speaks Chinese', () => {
    expect(screen(state, speaker('zh'), 40)[0]).toContain('在线');
    expect(sayAny(speaker('zh'))('raised')).toBe('发生');
    expect(sayAny(speaker('zh'))('hydrant')).toBe('hydrant');
  });

  it('leaves out devices rather than the alarms where the terminal is low', () => {
    const many = {
      ...state,
      devices: Array.from({ length: 50 }, () => state.devices[0]).filter((d) => d !== undefined),
    };
    const lines = screen(many, speaker('en'), 20);
    expect(lines.length).toBeLessThan(20);
    expect(lines).toContain('alarms');
  });
});

describe('pad', () => {
  it.each<[why: string, text: string, width: number, padded: string]>([
    ['fills up', 'ab', 4, 'ab  '],
    ['counts Chinese characters as two cells', '火警', 6, '火警  '],
    ['cuts what is too long', 'abcdef', 4, 'abcd'],
    ['never cuts a wide character in half', '火警', 3, '火 '],
  ])('%s', (_why, text, width, padded) => {
    expect(pad(text, width)).toBe(padded);
  });
});

describe('the language', () => {
  it.each<[why: string, wanted: string | undefined, env: Record<string, string>, lang: string]>([
    ['is what was asked for', 'zh', { LANG: 'en_US.UTF-8' }, 'zh'],
    ['is the locale’s', undefined, { LANG: 'zh_CN.UTF-8' }, 'zh'],
    ['is the stronger locale’s', undefined, { LC_ALL: 'en_GB.UTF-8', LANG: 'zh_CN.UTF-8' }, 'en'],
    ['is English where nothing is said', undefined, {}, 'en'],
  ])('%s', (_why, wanted, env, lang) => {
    expect(languageOf(wanted, env)).toBe(lang);
  });
});
