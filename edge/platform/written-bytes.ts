import { readFile, stat } from 'node:fs/promises';

/** Bytes written so far: by this process to any disk, and by everybody to the card that a folder lies on. */
export type Written = { readonly own?: number; readonly card?: number };

/** Each is absent where the host does not tell. */
export async function writtenBytes(folder: string): Promise<Written> {
  const [own, card] = await Promise.all([ownBytes().catch(nobodyTells), cardBytes(folder).catch(nobodyTells)]);
  return { ...(own !== undefined && { own }), ...(card !== undefined && { card }) };
}

const nobodyTells = (): undefined => undefined;

/** Of `/proc/self/io`: what was caused to be written, less what was given up before it was. */
export function ownOf(text: string): number | undefined {
  const written = /^write_bytes: (\d+)$/m.exec(text)?.[1];
  const cancelled = /^cancelled_write_bytes: (\d+)$/m.exec(text)?.[1] ?? '0';
  return written === undefined ? undefined : Math.max(0, Number(written) - Number(cancelled));
}

/** Of a block device's `stat`: the seventh number counts sectors of 512 bytes, whatever the device's own are. */
export function sectorBytesOf(text: string): number | undefined {
  const sectors = Number(text.trim().split(/\s+/)[6]);
  return Number.isSafeInteger(sectors) ? sectors * 512 : undefined;
}

const ownBytes = async (): Promise<number | undefined> => ownOf(await readFile('/proc/self/io', 'utf8'));

async function cardBytes(folder: string): Promise<number | undefined> {
  const { dev } = await stat(folder);
  const [major, minor] = [(dev >>> 8) & 0xfff, (dev & 0xff) | ((dev >>> 12) & 0xfff00)];
  const device = `/sys/dev/block/${major}:${minor}`;
  // A partition lies in the folder of its card, and it is the card that wears.
  const isPart = await stat(`${device}/partition`).then(
    () => true,
    () => false,
  );
  return sectorBytesOf(await readFile(isPart ? `${device}/../stat` : `${device}/stat`, 'utf8'));
}
