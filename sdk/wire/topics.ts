import { FengsuiError } from '../model/errors.ts';
import { type DistrictCode, districtCode, type GatewayId, gatewayId, type TownCode, townCode } from '../model/ids.ts';

/** Raised only when an old reader can no longer understand a new writer. */
export const contractMajor = 1;

/** Where a gateway stands in the administrative order: a town subscribes to its own branch, a district to all. */
export type Site = { readonly district: DistrictCode; readonly town: TownCode; readonly gateway: GatewayId };

/** gateway → platform: `presence` and `state` and `points` retained, `alarm` and `telemetry` streamed, `reply` to one client. */
export const fromGateway = ['presence', 'state', 'points', 'alarm', 'telemetry', 'reply'] as const;
/** platform → gateway */
export const toGateway = ['request', 'receipt'] as const;
export const channels = [...fromGateway, ...toGateway] as const;
export type Channel = (typeof channels)[number];

/** Names one client of the platform: a level of its reply topic. */
export const isClientId = (text: string): boolean => /^[A-Za-z0-9-]{1,64}$/.test(text);

/** The single place that knows how an address is spelled on the broker. `client` belongs to channel `reply` only. */
export function topicOf(site: Site, channel: Channel, client?: string): string {
  const topic = `fengsui/v${contractMajor}/${site.district}/${site.town}/${site.gateway}/${channel}`;
  if (client === undefined) return topic;
  if (!isClientId(client)) throw new FengsuiError('INVALID', `client id ${JSON.stringify(client)} is not valid`);
  return `${topic}/${client}`;
}

/** Where a rule or subscription holds: in a district, or a town of it, or for one gateway. */
export type Area = Pick<Site, 'district'> & { readonly [Level in 'town' | 'gateway']?: Site[Level] | undefined };

/** Names one channel of every gateway of an area. `client` belongs to channel `reply` only, and may be `+` for every client. */
export const topicFilter = ({ district, town, gateway }: Area, channel: Channel, client?: string): string =>
  `fengsui/v${contractMajor}/${district}/${town ?? '+'}/${gateway ?? '+'}/${channel}${client === undefined ? '' : `/${client}`}`;

/** Inverse of {@link topicOf}. `undefined` means "not ours"; it never throws on foreign traffic. */
export function parseTopic(topic: string): { site: Site; channel: Channel; client?: string } | undefined {
  const [root, major, district, town, gateway, channel, client, ...rest] = topic.split('/');
  if (root !== 'fengsui' || major !== `v${contractMajor}` || rest.length > 0) return undefined;
  const known = channels.find((c) => c === channel);
  if (!known || (client !== undefined) !== (known === 'reply')) return undefined;
  if (client !== undefined && !isClientId(client)) return undefined;
  try {
    const site = {
      district: districtCode(district ?? ''),
      town: townCode(town ?? ''),
      gateway: gatewayId(gateway ?? ''),
    };
    return client === undefined ? { site, channel: known } : { site, channel: known, client };
  } catch {
    return undefined;
  }
}

const keys = new WeakMap<Site, string>();

/** One key for maps over gateways of several towns. Worked out once for each object: it is asked for with every message. */
export function siteKey(site: Site): string {
  const known = keys.get(site);
  if (known !== undefined) return known;
  const key = `${site.district}/${site.town}/${site.gateway}`;
  keys.set(site, key);
  return key;
}
