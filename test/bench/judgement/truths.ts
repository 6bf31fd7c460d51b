import type { Crossing, Truth } from './judgement-case.ts';

type More = Partial<Pick<Truth, 'ends' | 'optional' | 'toldAtMost'>>;

const supervisory = (device: string, condition: string, within: Truth['within'], more: More = {}): Truth => ({
  device,
  condition,
  kind: 'supervisory',
  within,
  ...more,
});

/** Of a municipal hydrant: by what is really there, and the limits of GB 50974-2014 7.2.8. */
export const low = (device: string, more?: More): Truth => supervisory(device, 'low', { below: 0.14, heldS: 5 }, more);
export const lowLow = (device: string, more?: More): Truth =>
  supervisory(device, 'low-low', { below: 0.1, heldS: 2 }, more);
/** Of a fire main: the lowest pressure that its design asks for. */
export const mainLow = (more?: More): Truth => supervisory('fire-main', 'low', { below: 0.25, heldS: 5 }, more);

export const below = (device: string, condition: string, crossing: Crossing, more?: More): Truth =>
  supervisory(device, condition, crossing, more);

/** A truth with its window in s. */
export const raised = (
  kind: Truth['kind'],
  name: `${string}/${string}`,
  within: readonly [from: number, by: number],
  more: More = {},
): Truth => {
  const [device = '', condition = ''] = name.split('/');
  return { device, condition, kind, within, ...more };
};
