import { type Home, startHome } from '../home/start-home.ts';
import { type ModbusServer, modbusServer } from '../modbus/modbus-server.ts';
import type { Unit } from '../modbus/unit.ts';
import { type SmokeReceiver, smokeReceiver } from '../smoke/smoke-receiver.ts';
import { pressureTransmitter } from '../water/pressure-transmitter.ts';
import { taps } from '../water/village-network.ts';
import { type WaterNetwork, waterNetwork } from '../water/water-network.ts';
import { type RelayBoard, relayBoard } from './relay-board.ts';

/**
 * `hydrants`: Modbus TCP, hydrants are units 1 to 8, the fire main is unit 9.
 * `wireless`: RTU over TCP, smoke receiver 1, the home's energy meter 2, relay board 3.
 * `home`: Firmata over TCP, pins as in `homePins`.
 */
export type VillagePorts = { readonly hydrants: number; readonly wireless: number; readonly home: number };
export type BusName = 'hydrants' | 'wireless';
type Bus = ModbusServer & { readonly units: ReadonlyMap<number, Unit> };

export type Village = AsyncDisposable & {
  readonly ports: VillagePorts;
  /** Ports that were asked for and were taken. */
  readonly refusedPorts: Partial<VillagePorts>;
  readonly water: WaterNetwork;
  readonly smoke: SmokeReceiver;
  readonly home: Home;
  readonly relays: RelayBoard;
  readonly buses: Readonly<Record<BusName, Bus>>;
};

export type VillageOptions = {
  /** See `WaterOptions`. */
  readonly noiseSeed?: number;
  /** The clockwork failed: the water stands still from now on, everything else goes on. Unless given, it is thrown. */
  readonly onTrouble?: (e: unknown) => void;
};

/** Slots 0 and 1 hang in the home, the others in the village hall. */
const smokeSlots = 4;

/** A village on real sockets of 127.0.0.1; its water and its alarms' ages move once a second. Free ports unless given. */
export async function startVillage(ports: Partial<VillagePorts> = {}, options: VillageOptions = {}): Promise<Village> {
  const open: AsyncDisposable[] = [];
  try {
    return await compose(ports, options, open);
  } catch (e) {
    await closeAll(open);
    throw e;
  }
}

/** Whatever it opened stands in `open`, also when it fails half way. */
async function compose(
  ports: Partial<VillagePorts>,
  options: VillageOptions,
  open: AsyncDisposable[],
): Promise<Village> {
  const own = <T extends AsyncDisposable>(resource: T): T => {
    open.push(resource);
    return resource;
  };
  const water = await waterNetwork(options.noiseSeed === undefined ? {} : { noiseSeed: options.noiseSeed });
  own({ [Symbol.asyncDispose]: async () => water[Symbol.dispose]() });
  const smoke = smokeReceiver({ slots: smokeSlots, heartbeatSeconds: 60 });
  const relays = relayBoard();
  const home = own(await startHome(wanted(ports.home)));
  const gauges = new Map(taps.map((tap, i) => [i + 1, pressureTransmitter(i + 1, () => water.pressure(tap))]));
  const boxes = new Map([smoke.unit, home.meter, relays.unit].map((unit, i) => [i + 1, unit]));
  const hydrants = own(await serve('tcp', gauges, ports.hydrants));
  const wireless = own(await serve('rtu-over-tcp', boxes, ports.wireless));
  const tick = (): void => {
    water.step(1);
    smoke.pass(1);
  };
  own(everySecond(tick, options.onTrouble ?? thrown));
  return {
    ports: { hydrants: hydrants.port, wireless: wireless.port, home: home.port },
    refusedPorts: { ...refused('hydrants', hydrants), ...refused('wireless', wireless), ...refused('home', home) },
    water,
    smoke,
    home,
    relays,
    buses: { hydrants, wireless },
    [Symbol.asyncDispose]: () => closeAll(open),
  };
}

/** The last that was opened first: the clockwork stands still before its water is gone. */
async function closeAll(open: AsyncDisposable[]): Promise<void> {
  for (const each of open.splice(0).toReversed()) await each[Symbol.asyncDispose]();
}

const wanted = (port: number | undefined): { port?: number } => (port === undefined ? {} : { port });

const serve = async (transport: 'tcp' | 'rtu-over-tcp', units: Map<number, Unit>, port?: number): Promise<Bus> => ({
  ...(await modbusServer({ transport, units, ...wanted(port) })),
  units,
});

const refused = (name: keyof VillagePorts, { refusedPort }: { refusedPort?: number }): Partial<VillagePorts> =>
  refusedPort === undefined ? {} : { [name]: refusedPort };

function everySecond(tick: () => void, onTrouble: (e: unknown) => void): AsyncDisposable {
  const timer = setInterval(() => {
    try {
      tick();
    } catch (e) {
      clearInterval(timer); // it would fail the same way each second
      onTrouble(e);
    }
  }, 1_000);
  return { [Symbol.asyncDispose]: async () => clearInterval(timer) };
}

function thrown(e: unknown): never {
  throw e;
}
