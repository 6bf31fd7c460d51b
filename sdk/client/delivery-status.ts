import { FengsuiError } from '../model/errors.ts';
import type { DeliveryStatus, HopTimes } from '../wire/methods.ts';
import { type Fields, fieldsOf, isNumber } from '../wire/parse.ts';

/** What a gateway's status says of whether anybody hears it. @throws FengsuiError PROTOCOL */
export const parseDelivery = (delivery: Fields): DeliveryStatus => ({
  urgent: delivery.count('urgent'),
  ...(delivery.has('urgentMs') && { urgentMs: delivery.count('urgentMs') }),
  uplinks: delivery.list('uplinks').map((raw, i) => {
    const up = fieldsOf(raw, `delivery.uplinks[${i}]`);
    return {
      id: up.text('id'),
      up: up.flag('up'),
      ...(up.has('standby') && up.flag('standby') && { standby: true as const }),
      ...(up.has('hops') && { hops: parseHops(up.fields('hops')) }),
    };
  }),
});

const parseHops = (hops: Fields): HopTimes => ({
  count: hops.count('count'),
  stored: percentiles(hops, 'stored'),
  sent: percentiles(hops, 'sent'),
  taken: percentiles(hops, 'taken'),
  received: percentiles(hops, 'received'),
  all: percentiles(hops, 'all'),
  ...(hops.has('held') && { held: percentiles(hops, 'held') }),
});

function percentiles(hops: Fields, hop: string): readonly [number, number, number] {
  const [p50, p99, most] = hops.list(hop);
  if (isNumber(p50) && isNumber(p99) && isNumber(most)) return [p50, p99, most];
  throw new FengsuiError('PROTOCOL', `delivery: hop “${hop}”: expected three numbers`);
}
