import type { Fengsui, GatewayRecord } from 'fengsui';

/** Somebody walks from device to device and trips each; nothing of it is an alarm, and a real one ends it. */
export async function walkTest(fs: Fengsui, gateway: string, trip: () => void): Promise<readonly string[]> {
  await fs.walkTests.start({ gateway, devices: ['kitchen'], minutes: 30, sounders: 'chirp' });
  trip();
  for (;;) {
    const { running } = await fs.walkTests.state({ gateway });
    if (!running || running.devices.every(({ status }) => status !== 'untested')) break;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  await fs.walkTests.stop({ gateway });
  const { report } = await fs.walkTests.state({ gateway });
  return (report?.devices ?? []).map(({ device, status }) => `${device} ${status}`);
}

/** Who did what on a gateway, as it happens. */
export async function firstRecord(fs: Fengsui, gateway: string, act: () => Promise<unknown>): Promise<GatewayRecord> {
  const stream = fs.records.stream({ gateway, kind: 'audit' });
  await act();
  for await (const record of stream) return record;
  throw new Error('the client was closed');
}

/** The log of a gateway that stands in a village: what it warns of. */
export async function lastWarnings(fs: Fengsui, gateway: string, ms: number): Promise<readonly string[]> {
  const seen: string[] = [];
  for await (const { event } of fs.diagnostics.logs({ gateway, level: 'warn' }, { signal: AbortSignal.timeout(ms) }))
    seen.push(event);
  return seen;
}

/** Who is on the bus that nobody has told the gateway of. */
export async function strangers(fs: Fengsui, gateway: string, bus: string): Promise<readonly string[]> {
  const { roundTripMs } = await fs.diagnostics.ping(gateway);
  const { uptimeMs } = await fs.diagnostics.gateway(gateway);
  const found = [`up ${Math.round(uptimeMs / 1_000)} s, ${Math.round(roundTripMs)} ms away`];
  for await (const step of fs.diagnostics.scanBus({ gateway, bus, units: [1, 4] }))
    if (step.type === 'found' && step.devices.length === 0)
      found.push(`${step.unit}: ${step.candidates.map(({ profile }) => profile).join(' or ') || '?'}`);
  return found;
}
