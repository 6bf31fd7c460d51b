import { consumerKills } from './consumer-kills.ts';
import { nodeKills } from './node-kills.ts';

/** Nodes of the cluster and processes of the platform are killed; no alarm and no reading may be lost by it. */
export async function cluster(options: {
  readonly nodeKills: number;
  readonly consumerKills: number;
}): Promise<Record<string, number>> {
  const nodes = await nodeKills(options.nodeKills);
  console.log(JSON.stringify(nodes));
  const consumers = await consumerKills(options.consumerKills);
  return {
    lost: nodes.lost_alarms + nodes.lost_readings + consumers.lost_commits,
    ...nodes,
    ...consumers,
  };
}
