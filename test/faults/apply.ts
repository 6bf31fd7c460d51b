import { generateOperatorKey } from '../../sdk/index.ts';
import { fieldsOf } from '../../sdk/wire/parse.ts';
import type { Data } from '../../sdk/wire/request.ts';
import { modbusServer } from '../../simulators/modbus/modbus-server.ts';
import { pressureTransmitter } from '../../simulators/water/pressure-transmitter.ts';
import { seededRandom } from '../../simulators/water/seeded-random.ts';
import { fieldSite } from '../support/field-site.ts';
import { freePort, startMosquitto } from '../support/mosquitto.ts';
import { endRigChild, pause, siteFolder, startGateway } from '../support/rig.ts';
import { until } from '../support/until.ts';
import { type WirePlatform, wirePlatform } from '../support/wire-platform.ts';

const devices = 20;
const trialMs = 1_000;
/** A kill comes at any moment from the request until some time after the trial. */
const longestMs = 1_600;

/**
 * A gateway is told one desired list after the other, and killed with `kill -9` at a random moment of each: while it
 * checks, while it stores, while the list is on trial, when it is kept. When it is back, all devices must be of one
 * version: of the list before, or of the new one; and what it has told to be in force must be.
 */
export async function apply({ runs, seed }: { runs: number; seed: number }): Promise<Record<string, number>> {
  console.log(`${runs} kills, seed ${seed}`);
  const keys = generateOperatorKey();
  const port = await freePort();
  await using broker = await startMosquitto(port);
  const units = new Map(Array.from({ length: devices }, (_, i) => [i + 1, pressureTransmitter(i + 1, () => 0.3)]));
  await using street = await modbusServer({ transport: 'tcp', units });
  const buses = `  - { id: street, tcp: "127.0.0.1:${street.port}" }\n`;
  await using folder = await siteFolder(fieldSite({ broker: port, buses, key: keys.publicKey }));
  await using platform = await wirePlatform(broker.port, keys.privateKey);
  const program = new URL('../dist/fengsui.js', import.meta.url);
  const random = seededRandom(seed);
  const counts = { mixed: 0, lost: 0, kept: 0, went_back: 0, told_in_force: 0 };
  const toldInForce = new Set<number>();
  let inForce = 0;
  let boot = 0;
  for (let version = 1; version <= runs + 1; version++) {
    const gateway = startGateway(program, folder.path);
    await until('the gateway is there', () => (platform.state()?.boot ?? boot) !== boot, 30_000);
    boot = platform.state()?.boot ?? 0;
    if (version > 1) {
      const found = await versionInForce(platform);
      const told = toldInForce.has(version - 1);
      if (found === undefined || (found !== inForce && found !== version - 1)) counts.mixed++;
      if (told && found !== version - 1) counts.lost++;
      if (told) counts.told_in_force++;
      if (found === version - 1) counts.kept++;
      else counts.went_back++;
      inForce = found ?? inForce;
    }
    if (version <= runs) {
      void platform.ask('apply', { version, trialMs, devices: listOf(version) }).catch(() => undefined); // it dies of it
      if (await isToldWithin(platform, version, random() * longestMs)) toldInForce.add(version);
      gateway.process.kill('SIGKILL');
      await gateway.gone;
    } else await endRigChild(gateway);
  }
  return { kills: runs, ...counts };
}

/** Until the kill: whether the platform was told that this version is in force. */
async function isToldWithin(platform: WirePlatform, version: number, ms: number): Promise<boolean> {
  let isTold = false;
  const end = performance.now() + ms;
  while (performance.now() < end) {
    const desired = platform.state()?.desired;
    if (desired?.version === version && desired.sync === 'in-sync') isTold = true;
    await pause(Math.min(5, Math.max(0, end - performance.now())));
  }
  return isTold;
}

/** The one version that the list and its state speak of; `undefined` where they do not agree. */
async function versionInForce(platform: WirePlatform): Promise<number | undefined> {
  const page = await platform.ask('config', {});
  const names = page.list('devices').map((raw) => fieldsOf(raw, 'device').text('name'));
  const versions = new Set(names.map((name) => Number(name.split(' ')[1])));
  const [version = 0] = versions;
  const desired = page.fields('desired');
  const isToldSo = (desired.count('version') === version) === (desired.text('sync') === 'in-sync');
  const isWhole = versions.size <= 1 && (names.length === 0 || names.length === devices - (version % 2));
  return isWhole && isToldSo ? version : undefined;
}

/** Odd versions have a device less than even ones, and all have other names. */
const listOf = (version: number): readonly Data[] =>
  Array.from({ length: devices - (version % 2) }, (_, i) => ({
    bus: 'street',
    id: `h-${i + 1}`,
    profile: 'generic/municipal-hydrant',
    name: `Version ${version}`,
    unit: i + 1,
    pollMs: 200,
  }));
