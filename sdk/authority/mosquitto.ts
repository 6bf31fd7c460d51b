import type { DistrictCode } from '../model/ids.ts';
import { everyGroup } from '../wire/group.ts';
import { type Area, fromGateway, toGateway, topicFilter } from '../wire/topics.ts';
import type { Claim } from './claims/claim.ts';
import { commonName, type Holder } from './holder.ts';
import type { RegisterEntry } from './register.ts';

/** Names of the files in the broker's folder. */
export const brokerFiles = {
  config: 'mosquitto.conf',
  acl: 'acl',
  authority: 'ca.pem',
  revoked: 'crl.pem',
  certificate: 'broker.pem',
  key: 'broker.key',
} as const;

/**
 * A complete configuration of mosquitto (2.0 or newer) for a district: one TLS listener, nobody without a certificate of
 * the district’s authority, and the rules of {@link mosquittoAcl}.
 * @param options.folder absolute path of the folder with {@link brokerFiles}
 */
export function mosquittoConfig(options: {
  readonly district: DistrictCode;
  readonly folder: string;
  readonly port?: number | undefined;
}): string {
  const { district, folder, port = 8883 } = options;
  const file = (name: keyof typeof brokerFiles): string => `${folder}/${brokerFiles[name]}`;
  return `# District ${district}, by “fengsui broker mosquitto-config”. It is written anew with every change: do not edit it.
per_listener_settings false
listener ${port}
tls_version tlsv1.2
cafile ${file('authority')}
certfile ${file('certificate')}
keyfile ${file('key')}

# Who connects is who the certificate says, and nobody else can take that name over.
require_certificate true
crlfile ${file('revoked')}
use_identity_as_username true
use_username_as_clientid true
allow_anonymous false
acl_file ${file('acl')}

# A restart keeps what gateways have last shown of themselves.
persistence true
persistence_location /var/lib/mosquitto/
max_packet_size 1114112
# A fleet that comes back at once has thousands of documents and readings for each client of the platform.
max_queued_messages 50000
`;
}

/**
 * Who may publish and read what. Each certificate that was not revoked has its own lines and everything else is refused:
 * mosquitto’s patterns know only the whole user name, which is the gateway’s id and does not tell its town.
 *
 * What a gateway has last shown of itself only the gateway may change, so that nobody speaks in its place. Of one whose
 * certificates are all revoked, the district’s processes may: it never can take these documents away itself.
 * @param claims a gateway that may come with a code has its lines already: without a certificate they are worth nothing,
 * and once it has one, the broker needs not be told.
 */
export function mosquittoAcl(
  district: DistrictCode,
  entries: readonly RegisterEntry[],
  claims: readonly Claim[] = [],
): string {
  const holders = new Map<string, Holder>();
  for (const { gateway: name, town, state } of claims)
    if (state === 'open') holders.set(name, { kind: 'gateway', name, town });
  for (const { holder, revoked } of entries) if (!revoked) holders.set(commonName(holder), holder);
  const gone = goneGateways(district, entries);
  const users = [...holders].flatMap(([name, holder]) => {
    const rules = [...rulesOf(district, holder), ...(holder.kind === 'district' ? gone : [])];
    return rules.length === 0 ? [] : [`user ${name}\n${rules.map((rule) => `topic ${rule}\n`).join('')}`];
  });
  return [`# District ${district}, by “fengsui broker mosquitto-config”.\n`, ...users].join('\n');
}

const documents = ['presence', 'state', 'points'] as const satisfies readonly (typeof fromGateway)[number][];

/** The right to take away what is left of gateways that are out of use. */
function goneGateways(district: DistrictCode, entries: readonly RegisterEntry[]): readonly string[] {
  const isInUse = new Map<string, boolean>();
  for (const { holder, revoked } of entries) {
    if (holder.kind !== 'gateway') continue;
    for (const channel of documents) {
      const topic = topicFilter({ district, town: holder.town, gateway: holder.name }, channel);
      isInUse.set(topic, (isInUse.get(topic) ?? false) || !revoked);
    }
  }
  return [...isInUse].flatMap(([topic, inUse]) => (inUse ? [] : [`write ${topic}`]));
}

function rulesOf(district: DistrictCode, holder: Holder): readonly string[] {
  switch (holder.kind) {
    case 'gateway':
      return rules({ district, town: holder.town, gateway: holder.name }, 'write', 'read');
    case 'town':
      return [
        ...rules({ district, town: holder.town }, 'read', 'write'),
        `readwrite ${everyGroup(district, holder.town)}`,
      ];
    case 'district':
      return [...rules({ district }, 'read', 'write'), `readwrite ${everyGroup(district)}`, 'read $SYS/#'];
    case 'broker':
      return [];
  }
}

type Right = 'read' | 'write';

const rules = (area: Area, from: Right, to: Right): readonly string[] => [
  ...fromGateway.map((channel) => `${from} ${topicFilter(area, channel, channel === 'reply' ? '+' : undefined)}`),
  ...toGateway.map((channel) => `${to} ${topicFilter(area, channel)}`),
];
