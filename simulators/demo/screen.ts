import type { Delivery } from './ledger.ts';
import { type Say, sayAny } from './words.ts';

export type DeviceRow = {
  readonly name: string;
  readonly health: string;
  readonly values: readonly { readonly text: string; readonly quality: string; readonly ageMs: number | undefined }[];
  readonly alarm: string | undefined;
};

export type ScreenState = {
  readonly connected: boolean;
  readonly gateway: { readonly name: string; readonly online: boolean; readonly backlog: number } | undefined;
  readonly devices: readonly DeviceRow[];
  readonly alarms: readonly (Delivery & { readonly kind: string; readonly name: string })[];
  /** What is being played. */
  readonly scene: string;
  readonly readings: number;
};

/** The whole screen as lines. Pure. */
export function screen(state: ScreenState, say: Say, rows: number): readonly string[] {
  const { gateway } = state;
  const link = !state.connected ? say('reconnecting') : gateway?.online ? say('online') : say('offline');
  const waiting = gateway && gateway.backlog > 0 ? ` · ${say('backlog')} ${gateway.backlog}` : '';
  const head = [
    `烽燧 Fengsui · ${gateway?.name ?? '…'} · ${link}${waiting} · ${say('readings')} ${state.readings}`,
    `${say('now')}: ${state.scene}`,
    '',
    line(say('device'), say('value'), say('quality'), say('age')),
  ];
  const alarms = state.alarms
    .slice(-8)
    .toReversed()
    .map((alarm) => alarmLine(alarm, say));
  const tail = ['', say('alarms'), ...(alarms.length > 0 ? alarms : [`  ${say('none')}`])];
  const room = Math.max(4, rows - head.length - tail.length - 1);
  return [...head, ...state.devices.slice(0, room).map((device) => deviceLine(device, say)), ...tail];
}

export function alarmLine(alarm: ScreenState['alarms'][number], say: Say): string {
  const any = sayAny(say);
  const ms = alarm.receivedAt - alarm.judgedAt;
  return `  ${clock(alarm.judgedAt)}  ${pad(any(alarm.kind), 11)} ${pad(any(alarm.event), 12)} ${pad(alarm.name, 26)} ${alarm.condition}  ${ms} ms`;
}

function deviceLine(device: DeviceRow, say: Say): string {
  const any = sayAny(say);
  const text = device.values.map((v) => v.text).join('  ');
  const worst = device.values.find((v) => v.quality !== 'good')?.quality ?? 'good';
  const ages = device.values.flatMap((v) => (v.ageMs === undefined ? [] : [v.ageMs]));
  const age = ages.length > 0 ? `${(Math.max(...ages) / 1_000).toFixed(0)} s` : '–';
  const name = device.alarm ? `${any(device.alarm)}! ${device.name}` : device.name;
  return line(name, text, any(worst === 'lost' ? 'lostValue' : worst), age);
}

const line = (name: string, value: string, quality: string, age: string): string =>
  `  ${pad(name, 26)} ${pad(value, 40)} ${pad(quality, 8)} ${age}`;

const clock = (ms: number): string => new Date(ms).toTimeString().slice(0, 8);

/** Fills up, or cuts, to a width in terminal cells: Chinese characters take two. */
export function pad(text: string, width: number): string {
  let used = 0;
  let shown = '';
  for (const character of text) {
    const cells = wide(character) ? 2 : 1;
    if (used + cells > width) break;
    shown += character;
    used += cells;
  }
  return shown + ' '.repeat(width - used);
}

/** East Asian wide and fullwidth blocks, as far as names of devices use them. */
const wide = (character: string): boolean =>
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/.test(character);
