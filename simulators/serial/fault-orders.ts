import { exception, truncate } from '../modbus/faults.ts';
import { burst, foreignBlock, foreignUnit, type LineFault, late, lineFault, mute, noiseBefore } from './line-faults.ts';
import type { FaultOrder } from './paced-line-options.ts';

/** The fault that an order names. */
export function faultOf(order: FaultOrder): LineFault {
  switch (order.kind) {
    case 'mute':
      return mute;
    case 'late':
      return late(order.ms);
    case 'exception':
      return lineFault(exception(order.code));
    case 'cut':
      return lineFault(truncate(order.keep));
    case 'burst':
      return burst(order.bit);
    case 'noise':
      return noiseBefore(...order.bytes);
    case 'foreign-unit':
      return foreignUnit(order.unit);
    case 'foreign-block':
      return foreignBlock(order.shift);
  }
}
