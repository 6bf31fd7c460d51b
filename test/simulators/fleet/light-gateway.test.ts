import { describe, expect, it, onTestFinished } from 'vitest';
import { connect } from '../../../sdk/index.ts';
import { districtCode, gatewayId, townCode } from '../../../sdk/model/ids.ts';
import { lightGateway } from '../../../simulators/fleet/light-gateway.ts';
import { lightMessages } from '../../../simulators/fleet/light-messages.ts';
import { debian } from '../../support/debian.ts';
import { freePort, startMosquitto } from '../../support/mosquitto.ts';
import { operator } from '../../support/operator.ts';
import { until } from '../../support/until.ts';

function* soon(): Generator<number, never> {
  for (;;) yield 50;
}

function light(port: number) {
  const site = { district: districtCode('330603'), town: townCode('001'), gateway: gatewayId('light-1') };
  const url = `mqtt://127.0.0.1:${port}`;
  const gateway = lightGateway({ url, site, messages: lightMessages(7, 3), delays: soon });
  onTestFinished(() => gateway.close());
  return gateway;
}

describe.skipIf(!debian('mosquitto'))('a light gateway (mosquitto needed)', () => {
  it('sends what it made while the broker was away, each once to the application', async () => {
    const port = await freePort();
    const gateway = light(port);
    gateway.read();
    gateway.raise();
    gateway.raise();
    await using broker = await startMosquitto(port);
    await using fs = await connect({
      url: `mqtt://127.0.0.1:${broker.port}`,
      district: '330603',
      signer: operator('duty').signer,
    });
    const alarms = fs.alarms.stream();
    const seqs: number[] = [];
    for await (const { seq, commit } of alarms) {
      seqs.push(seq);
      await commit();
      if (seqs.length === 2) break;
    }
    expect(seqs).toEqual([1, 2]);
    await until(
      'the last reading is there',
      () => fs.devices.get({ gateway: 'light-1', device: 'hydrant-3' }).latest()['pressure']?.value === 0.001,
    );
    expect(gateway.made()).toEqual({ alarms: 2, telemetry: 1 });
  });
});
