import { createHash } from 'node:crypto';

/** As `sha256sum` tells it: 64 hexadecimal digits. */
export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
