import type { DesiredState } from '../../../sdk/wire/desired.ts';
import { columns } from '../terminal/columns.ts';
import { filled, type Lang } from '../terminal/language.ts';
import { harmless } from '../terminal/text.ts';
import type { ConflictRow, DeviceListing } from './listing.ts';
import { deviceWords, originWords, syncWords } from './words.ts';

/** The devices for people, what has become of the platform's list, and where it is at odds with the site. */
export function deviceTable({ desired, devices, conflicts }: DeviceListing, lang: Lang): string {
  const say = (word: keyof typeof deviceWords): string => deviceWords[word][lang];
  const head = (['id', 'name', 'place', 'bus', 'address', 'profile', 'origin'] as const).map(say);
  const rows = devices.map(({ id, name, place, bus, address, profile, origin }) => [
    id,
    name,
    place,
    bus,
    String(address ?? ''),
    profile,
    originWords[origin][lang],
  ]);
  const lines = [
    ...(rows.length === 0 ? [say('none')] : columns([head, ...rows], 0)),
    ...(desired.version === 0 ? [] : [stateLine(desired, lang)]),
    ...conflicts.map((conflict) => conflictLine(conflict, lang)),
  ];
  return `${lines.map(harmless).join('\n')}\n`;
}

function stateLine({ version, sync, problem }: DesiredState, lang: Lang): string {
  const colon = lang === 'zh' ? '：' : ': ';
  const line = `${filled(deviceWords.version[lang], String(version))}, ${syncWords[sync][lang]}`;
  return problem === undefined ? line : `${line}${colon}${problem}`;
}

function conflictLine({ device, field, onSite, platform, kept }: ConflictRow, lang: Lang): string {
  const say = (word: keyof typeof deviceWords): string => deviceWords[word][lang];
  const of = (side: 'onSite' | 'platform', value: string, isKept: boolean): string =>
    `${say(side)} ${value || say('nothing')}${isKept ? ` (${say('inForce')})` : ''}`;
  const both = [of('onSite', onSite, kept === 'on-site'), of('platform', platform, kept === 'platform')];
  return `${say('conflict')}: ${device} ${field ?? say('device')}: ${both.join(', ')}`;
}
