import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import * as ownGateway from '../../docs/examples/cookbook/own-gateway.ts';
import * as profiles from '../../docs/examples/cookbook/profiles.ts';
import { connect } from '../../sdk/index.ts';
import { deviceId } from '../../sdk/model/ids.ts';
import { encodePointTable, pointTable } from '../../sdk/wire/point-table.ts';
import { startBroker } from '../../simulators/broker/start-broker.ts';
import { modbusServer } from '../../simulators/modbus/modbus-server.ts';
import { pressureTransmitter } from '../../simulators/water/pressure-transmitter.ts';
import { closedAfterEach } from '../support/closed-after-each.ts';
import { fakeGateway, sample } from '../support/fake-gateway.ts';
import { fieldSite } from '../support/field-site.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';

const own = closedAfterEach();

it('the cookbook’s device of another maker: sound, and typed for a client', { timeout: 30_000 }, async () => {
  expect(profiles.mistakes()).toEqual([]);
  const broker = own(await startBroker());
  const device = deviceId('pumps');
  const devices = [
    { id: device, profile: 'acme/pump-room', name: 'Pump room', place: '', bus: 'b', origin: 'file', health: 'ok' },
  ] as const;
  const gateway = own(await fakeGateway({ port: broker.port, devices }));
  const table = pointTable([{ device, point: 'temperature', unit: '°C', resolution: 0.1 }]);
  await gateway.publish('points', encodePointTable(table), true);
  const fs = own(await profiles.openWithMine(`mqtt://127.0.0.1:${broker.port}`));
  const address = { gateway: 'gw-1', device: 'pumps' };
  await until('it is listed', () => fs.devices.list().length === 1);
  expect(profiles.temperatureOf(fs, address)).toBe('lost');
  await gateway.telemetry(1, [sample(0, 41.5)], table);
  await until('its temperature is told', () => profiles.temperatureOf(fs, address) === '41.5 °C');
});

it('the cookbook’s own gateway: runs until it is told to end, and tells what is wrong with a configuration', {
  timeout: 60_000,
}, async () => {
  const street = own(
    await modbusServer({ transport: 'tcp', units: new Map([[2, pressureTransmitter(2, () => 0.3)]]) }),
  );
  const broker = own(await startBroker());
  const buses = `  - id: street
    tcp: "127.0.0.1:${street.port}"
    devices: [{ id: hydrant, profile: generic/municipal-hydrant, unit: 2, pollMs: 100, name: 村口消火栓 }]
`;
  const yaml = fieldSite({ broker: broker.port, buses });
  expect(ownGateway.mistakesIn(yaml)).toEqual([]);
  expect(ownGateway.mistakesIn(yaml.replace('unit: 2', 'unit: 300'))).toEqual([
    expect.stringMatching(/^line \d+, column \d+: buses\[0\]\.devices\[0\]\.unit: /),
  ]);
  const file = join(await temporaryFolder(), 'site.yaml');
  await writeFile(file, yaml);
  const stop = new AbortController();
  const log: string[] = [];
  const running = ownGateway.runSite(file, stop.signal, (line) => log.push(line));
  const fs = own(await connect({ url: `mqtt://127.0.0.1:${broker.port}`, district: '330603' }));
  const hydrant = () => fs.devices.list().find(({ device }) => device === 'hydrant');
  await until('the hydrant is seen', () => hydrant()?.latest()['pressure']?.value === 0.3, 20_000);
  stop.abort(new Error('the program ends'));
  await running;
  await until('it is offline', () => fs.gateways.list({ online: false }).length === 1);
  const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'));
  expect(JSON.parse(log[0] ?? '')).toMatchObject({ event: 'own.started', version, site: 'Test' });
});
