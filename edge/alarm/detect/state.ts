import type { Scalar } from '../../../sdk/model/point.ts';
import type { BadValue } from '../../../sdk/model/profile.ts';
import type { Detector } from './detector.ts';

/** One of these: a contact, a bit, a choice. */
export const isOneOf = (names: readonly Scalar[]): Detector => ({
  holds: (value) => (value.quality === 'good' ? names.includes(value.value) : undefined),
});

/** A value that is bad in one of these ways. What is lost for another reason cannot be told. */
export const isBad = (ways: readonly BadValue[]): Detector => ({
  holds: (value) => {
    if (value.quality === 'good') return false;
    if (ways.some((way) => way === value.why)) return true;
    return value.quality === 'doubtful' ? false : undefined;
  },
});

/**
 * No good answer. A device that answers with an exception, damage or nonsense is as blind as a silent one; one whose bus
 * is down is not judged, since that is one fault of the bus.
 */
export const noGoodAnswer: Detector = {
  holds: (value) => {
    if (value.quality !== 'lost' || value.why === 'device-marker') return false;
    return value.why === 'bus-down' || value.why === 'never-read' ? undefined : true;
  },
};
