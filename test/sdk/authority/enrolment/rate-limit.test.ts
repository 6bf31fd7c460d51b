import { expect, it } from 'vitest';
import { network, rateLimit } from '../../../../sdk/authority/enrolment/rate-limit.ts';

it('an address has its own share, and takes nothing from the others once it is used up', () => {
  let now = 0;
  const { allows } = rateLimit({ address: { burst: 3, perSecond: 1 }, all: { burst: 5, perSecond: 1 } }, () => now);
  expect([1, 2, 3, 4, 5, 6].map(() => allows('10.0.0.1'))).toEqual([true, true, true, false, false, false]);
  expect([1, 2, 3].map(() => allows('10.0.0.2'))).toEqual([true, true, false]); // all together: 5
  now = 1_000;
  expect([1, 2].map(() => allows('10.0.0.1'))).toEqual([true, false]);
  now = 100_000;
  expect([1, 2, 3, 4].map(() => allows('10.0.0.3'))).toEqual([true, true, true, false]);
});

it('remembers a bounded number of addresses', () => {
  const { allows } = rateLimit({ address: { burst: 1, perSecond: 0 }, all: { burst: 1e9, perSecond: 0 } }, () => 0);
  expect(allows('first')).toBe(true);
  expect(allows('first')).toBe(false);
  for (let i = 0; i < 10_000; i++) allows(`10.${i}`);
  expect(allows('first')).toBe(true); // forgotten
});

it.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:db8:1:2::9', '2001:db8:1:2'],
  ['2001:db8::9', '2001:db8:0:0'],
  ['::1', '0:0:0:0'],
  ['', ''],
])('%s counts as %s', (address, counted) => {
  expect(network(address)).toBe(counted);
});
