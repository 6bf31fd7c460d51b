import { expect, it } from 'vitest';
import { sendRate } from '../../../edge/uplink/send-rate.ts';
import { fakeClock } from '../../support/fake-clock.ts';

it('half a megabyte a second, whatever the sender has to send, and wakes it for more', async () => {
  const clock = fakeClock();
  let sent = 0;
  const send = (): void => {
    while (rate.allows()) {
      rate.spend(1_200);
      sent += 1_200;
    }
  };
  const rate = sendRate(clock, send);
  send();
  expect(sent).toBeLessThan(34 * 1_024);
  await clock.advance(10_000);
  expect(sent).toBeGreaterThan(10 * 512 * 1_024);
  expect(sent).toBeLessThan((10 * 512 + 34) * 1_024);
});
