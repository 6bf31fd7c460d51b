import type { Fengsui } from 'fengsui';

/** Who is offline in a town. */
export const offlineIn = (fs: Fengsui, town: string): readonly string[] =>
  fs.gateways.list({ town, online: false }).map(({ id }) => id);

/** Waits until a gateway is there. */
export async function isThere(fs: Fengsui, id: string, signal: AbortSignal): Promise<string> {
  for await (const { gateway } of fs.gateways.watch({ signal })) if (gateway.id === id && gateway.link.online) break;
  return fs.gateways.get(id).name;
}

/** How a gateway does: memory, clock, buses, and how long its alarms take. */
export async function health(fs: Fengsui, id: string): Promise<readonly string[]> {
  const { rssBytes, clock, buses, delivery } = await fs.gateways.status(id, { timeoutMs: 5_000 });
  return [
    `${Math.round(rssBytes / 1_048_576)} MB, clock ${clock?.trust}`,
    ...buses.map((bus) => `${bus.id}: ${bus.answers} of ${bus.requests} answered`),
    ...(delivery?.uplinks ?? []).map(({ id: uplink, hops }) => `${uplink}: p99 ${hops?.all[1] ?? '–'} ms`),
  ];
}

/** A dry wind is forecast: limits and periods for severe risk, in all of the district. */
export async function dryWind(fs: Fengsui): Promise<readonly string[]> {
  const { levels, unanswered } = await fs.gateways.setRiskLevel({ level: 'severe', why: 'dry wind' });
  return [...levels.map(({ gateway, level }) => `${gateway} ${level}`), ...unanswered.map((u) => `${u.gateway} ?`)];
}

/** Makes a gateway known before it is there, and takes it out of use. Needs `connect({ store })`. */
export async function comeAndGo(fs: Fengsui, id: string): Promise<readonly string[]> {
  const before = await fs.gateways.register({ id, town: '001', village: '201', name: '东山村微型消防站' });
  await fs.gateways.decommission(id, { reason: 'the site is closed', etag: before.etag });
  const [after] = fs.gateways.list({ state: 'decommissioned' });
  return [`${before.id} ${before.state}`, `${after?.id} ${after?.state}`];
}

/** Which certificates end within so many days; `renewDue` of `fengsui/authority` renews them. */
export async function endingSoon(fs: Fengsui, id: string, days: number): Promise<readonly string[]> {
  const soon = Date.now() + days * 86_400_000;
  const own = await fs.certificates.list({ gateway: id });
  return own.flatMap(({ serial, notAfter }) => (serial && notAfter && notAfter.getTime() < soon ? [serial] : []));
}

/** Gives a gateway its next certificate, signed by the district's authority for the key that the gateway has made. */
export async function renew(fs: Fengsui, gateway: string, sign: (request: string) => Promise<string>): Promise<string> {
  const [own] = await fs.certificates.list({ gateway });
  const certificate = await sign(own?.request ?? '');
  return fs.certificates.install({ gateway, uplink: own?.uplinks[0] ?? 'platform', certificate });
}
