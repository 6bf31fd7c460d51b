import type { Log } from '../../platform/log.ts';
import type { SiteBus, SiteDevice } from '../config/site.ts';
import { type Learnt, loadOf } from './bus-load.ts';
import { few, howLate, inPercent } from './load-words.ts';

/**
 * What this bus cannot keep with these devices, the consequence and what to do; `undefined` if nothing, or if the site
 * has accepted it.
 */
export function overload(bus: SiteBus, devices: readonly SiteDevice[], learnt?: Learnt): string | undefined {
  const load = bus.config.acceptSlow ? undefined : loadOf(bus, devices, learnt);
  if (!load || load.units.every((unit) => unit.isKept)) return undefined;
  const late = howLate(load, (unit) => !unit.isKept).map(
    (alike) => `unit ${few(alike.units)} (${few(alike.devices)}) would be ${alike.said}`,
  );
  const told = late.slice(0, 3).join('; ') + (late.length > 3 ? `; and ${late.length - 3} more such lines` : '');
  const speed = bus.kind === 'tcp' ? '' : `a higher baud than ${bus.config.baud ?? 9_600} in all its devices, `;
  return `the line cannot keep its periods (in use ${inPercent(load.utilisation)}), alarms would be seen late: ${told}. What helps: ${speed}fewer devices on this bus, a longer pollMs, a shorter timeoutMs; or accept it with “acceptSlow: true”`;
}

/** What a change of the devices of a bus would overload; a change that takes load off is always welcome. */
export function newOverload(
  bus: SiteBus,
  before: readonly SiteDevice[],
  after: readonly SiteDevice[],
): string | undefined {
  const why = overload(bus, after);
  if (why === undefined) return undefined;
  const takesOff = (loadOf(bus, after)?.utilisation ?? 0) < (loadOf(bus, before)?.utilisation ?? 0);
  return takesOff ? undefined : why;
}

/**
 * Logs when a bus cannot keep its periods: with each change of its devices, and when what was learnt shows it. The
 * gateway runs on, since an alarm that is late is better than none.
 */
export function overloadWatch(bus: SiteBus, log: Log): (devices: readonly SiteDevice[], learnt: Learnt) => void {
  let before: readonly SiteDevice[] = [];
  let wasSlow = false;
  return (devices, learnt) => {
    const why = overload(bus, devices, learnt);
    const isNews = !wasSlow || devices !== before;
    before = devices;
    wasSlow = why !== undefined;
    if (why !== undefined && isNews) log.warn('bus.slow', { bus: bus.id, why });
  };
}
