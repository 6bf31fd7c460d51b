import type { MqttClient } from 'mqtt';
import { fromGateway, toGateway, topicOf } from '../../../sdk/wire/topics.ts';
import { pause } from '../../support/rig.ts';
import { siteOf, type TrialDistrict } from './trial-district.ts';

const marker = Buffer.from('trespass');
const channels = [...fromGateway, ...toGateway] as const;
const foreign = [siteOf('gw-1'), siteOf('gw-1', '002'), siteOf('gw-none')] as const;

/**
 * What a gateway's certificate can do outside its own topics: publish there, or hear what is said there. Tried on every
 * channel of other gateways, and on those of its own that only the platform may write. Counts what went through.
 */
export async function trespass(trial: TrialDistrict): Promise<{ readonly tried: number; readonly trespassed: number }> {
  const evil = await trial.client('gw-evil', { version5: true });
  const platform = await trial.client('attacker', { version5: true });
  const own = siteOf('gw-evil');
  const topics = [
    ...foreign.flatMap((site) =>
      channels.map((channel) => topicOf(site, channel, channel === 'reply' ? 'anybody' : undefined)),
    ),
    ...toGateway.map((channel) => topicOf(own, channel)),
  ];
  let published = 0;
  for (const topic of topics) if (await taken(evil, topic)) published++;

  const heard = new Set<string>();
  evil.on('message', (topic) => heard.add(topic));
  for (const filter of ['#', '$SYS/#', 'fengsui/v1/+/+/+/+', 'fengsui/v1/+/+/+/reply/+', ...topics])
    await evil.subscribeAsync(filter, { qos: 0 }).catch(() => undefined); // refused is as good as silent
  // The platform speaks to everybody, and the real gateway answers and goes on reporting.
  for (const site of foreign) for (const channel of toGateway) await taken(platform, topicOf(site, channel));
  await taken(platform, topicOf(own, 'request'));
  await pause(2_000);
  const allowed = new Set<string>(channels.map((channel) => topicOf(own, channel)));
  const overheard = [...heard].filter((topic) => !allowed.has(topic) && !topic.startsWith(`${topicOf(own, 'reply')}/`));
  for (const topic of overheard) console.log(`gw-evil hears ${topic}`);
  const isDeaf = !heard.has(topicOf(own, 'request'));
  if (isDeaf) console.log('gw-evil does not even hear its own requests: nothing is shown by its silence');
  await evil.endAsync(true);
  return { tried: topics.length, trespassed: published + overheard.length + Number(isDeaf) };
}

/** MQTT 5 tells whether a message was taken. */
async function taken(client: MqttClient, topic: string): Promise<boolean> {
  try {
    await client.publishAsync(topic, marker, { qos: 1 });
    return true;
  } catch {
    return false;
  }
}
