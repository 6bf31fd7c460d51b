import type { Fengsui } from 'fengsui';

/** The line at the top of a wall screen. */
export function headline(fs: Fengsui): string {
  const { gateways, devices } = fs.fleet.overview();
  const percent = Math.floor((devices.hydrant.share ?? 1) * 1_000) / 10;
  return `消火栓完好率 ${percent} % · 网关在线 ${gateways.online}/${gateways.all}`;
}

/** Whom to send somebody to, and where. */
export async function toDo(fs: Fengsui, town: string): Promise<readonly string[]> {
  const { devices } = await fs.fleet.overdue({ town }, { timeoutMs: 5_000 });
  return [
    ...fs.fleet.offline({ town }).map(({ gateway, since }) => `${gateway} offline since ${since.toISOString()}`),
    ...devices.map(({ gateway, device }) => `${gateway}/${device}: its test is overdue`),
  ];
}
