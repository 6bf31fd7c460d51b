import { connectAsync } from 'mqtt';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { beatMs } from '../../../sdk/client/share/membership.ts';
import { connect, FengsuiError, type PlatformStore } from '../../../sdk/index.ts';
import { memoryStore } from '../../../sdk/store/memory-store.ts';
import { type Broker, startBroker } from '../../../simulators/broker/start-broker.ts';

/** A connect() that fails when its broker is there already, and its store is not. */
describe('a client whose store fails at the start', () => {
  let broker: Broker;
  const open: AsyncDisposable[] = [];
  const own = <T extends AsyncDisposable>(x: T): T => {
    open.push(x);
    return x;
  };
  beforeEach(async () => {
    broker = own(await startBroker());
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    for (const x of open.splice(0).toReversed()) await x[Symbol.asyncDispose]();
  });
  const withRegistry = (list: PlatformStore['gateways']['list']): PlatformStore => {
    const store = own(memoryStore());
    return { ...store, gateways: { ...store.gateways, list } };
  };
  const start = (store: PlatformStore, signal?: AbortSignal) =>
    connect({ url: `mqtt://127.0.0.1:${broker.port}`, district: '330603', share: 'desk', store, signal });

  it('says goodbye to its group, and leaves no clock ticking', async () => {
    const began = vi.spyOn(globalThis, 'setInterval');
    const ended = vi.spyOn(globalThis, 'clearInterval');
    const failing = withRegistry(async () => {
      throw new FengsuiError('STORE', 'the disk is gone');
    });
    await expect(start(failing)).rejects.toMatchObject({ code: 'STORE' });
    const beats = began.mock.results.filter((_, i) => began.mock.calls[i]?.[1] === beatMs).map(({ value }) => value);
    expect(beats).toHaveLength(1);
    expect(ended.mock.calls.some(([timer]) => timer === beats[0])).toBe(true);
    expect(await membersAt(broker.port)).toEqual([]);
  });

  it('gives up waiting for it when its signal fires', async () => {
    const stop = new AbortController();
    let asked: AbortSignal | undefined;
    const silent = withRegistry(
      (_, call) =>
        new Promise((_resolve, reject) => {
          asked = call?.signal;
          call?.signal?.addEventListener('abort', () => reject(new FengsuiError('ABORTED')));
          stop.abort();
        }),
    );
    await expect(start(silent, stop.signal)).rejects.toMatchObject({ code: 'ABORTED' });
    expect(asked?.aborted).toBe(true);
  });
});

/** What the broker keeps of the members of the group. */
async function membersAt(port: number): Promise<readonly string[]> {
  const mqtt = await connectAsync(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 0 });
  const members: string[] = [];
  const marked = new Promise<void>((resolve) => {
    mqtt.on('message', (topic) => (topic === 'mark' ? resolve() : void members.push(topic)));
  });
  await mqtt.subscribeAsync(['fengsui/v1/330603/all/_group/desk/+', 'mark'], { qos: 1 });
  await mqtt.publishAsync('mark', '');
  await marked;
  await mqtt.endAsync(true);
  return members;
}
