import { expect, it } from 'vitest';
import { uplink } from '../../../edge/uplink/uplink.ts';
import { FengsuiError } from '../../../sdk/model/errors.ts';
import { districtCode, gatewayId, townCode } from '../../../sdk/model/ids.ts';
import { wallTime } from '../../../sdk/model/time.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { memoryJournal } from '../../support/memory-journal.ts';
import { recordingLog } from '../../support/recording-log.ts';
import { smallBroker } from '../../support/small-broker.ts';
import { until } from '../../support/until.ts';

const text = (body: Uint8Array): string => new TextDecoder().decode(body);
const bytes = (of: string): Uint8Array => new TextEncoder().encode(of);

it('an outage ends with the alarms, then what every point is now, then the readings, oldest first; a new alarm goes before the rest', async () => {
  await using broker = await smallBroker();
  const journal = memoryJournal();
  const append = async (lane: 'alarm' | 'telemetry', what: string): Promise<void> => {
    await journal.append(lane, wallTime(0), () => bytes(what));
  };
  for (const n of [1, 2]) await append('alarm', `alarm ${n}`);
  for (const n of [1, 2, 3]) await append('telemetry', `readings ${n}`);
  const up = uplink(
    {
      id: 'platform',
      urls: [`mqtt://127.0.0.1:${broker.port}`],
      credentials: () => Promise.resolve({}),
      site: { district: districtCode('330603'), town: townCode('001'), gateway: gatewayId('gw-1') },
      boot: 1,
      awaitsReceipts: false,
    },
    {
      journal,
      clock: fakeClock(),
      log: recordingLog(),
      random: () => 0,
      document: bytes,
      watch: { sent: () => undefined, taken: () => undefined, received: () => undefined },
      present: (seq) => [bytes(`present after ${seq}`), bytes('present, the rest')],
      desk: {
        answer: () => Promise.resolve({ refused: 'nobody asks' }),
        receipt: () => {
          throw new FengsuiError('PROTOCOL');
        },
      },
    },
  );
  const stop = new AbortController();
  const done = up.run(stop.signal);
  const told = (): string[] => broker.messages.slice(1).map(({ body }) => text(body));
  await until('all has been sent', () => told().length === 9);
  expect(broker.messages[0]?.topic).toMatch(/presence$/);
  expect(told()).toEqual([
    'state',
    'alarm 1',
    'alarm 2',
    'points',
    'present after 3',
    'present, the rest',
    'readings 1',
    'readings 2',
    'readings 3',
  ]);
  await until('all has been taken', () => up.backlog('alarm') + up.backlog('telemetry') === 0);
  await append('telemetry', 'readings 4');
  await append('alarm', 'alarm 3');
  up.wake('alarm');
  up.wake('telemetry');
  await until('both have been sent', () => told().length === 11);
  expect(told().slice(9)).toEqual(['alarm 3', 'readings 4']);
  stop.abort(new Error('the test ends'));
  await done;
});

it('says once more that it is there, for a broker that has passed it on and not kept it', async () => {
  await using broker = await smallBroker();
  const clock = fakeClock();
  const up = uplink(
    {
      id: 'platform',
      urls: [`mqtt://127.0.0.1:${broker.port}`],
      credentials: () => Promise.resolve({}),
      site: { district: districtCode('330603'), town: townCode('001'), gateway: gatewayId('gw-1') },
      boot: 1,
      awaitsReceipts: false,
    },
    {
      journal: memoryJournal(),
      clock,
      log: recordingLog(),
      random: () => 0,
      document: bytes,
      watch: { sent: () => undefined, taken: () => undefined, received: () => undefined },
      present: () => [],
      desk: {
        answer: () => Promise.resolve({ refused: 'nobody asks' }),
        receipt: () => {
          throw new FengsuiError('PROTOCOL');
        },
      },
    },
  );
  const stop = new AbortController();
  const done = up.run(stop.signal);
  const said = (): number => broker.messages.filter(({ topic }) => topic.endsWith('/presence')).length;
  await until('it is up', () => said() === 1);
  for (let second = 0; second < 31; second++) await clock.advance(1_000);
  await until('it has said so again', () => said() === 2);
  stop.abort(new Error('the test ends'));
  await done;
});
