import { FengsuiError } from '../model/errors.ts';
import { type DistrictCode, gatewayId, type TownCode, townCode } from '../model/ids.ts';
import { decodeCbor, encodeCbor } from './cbor.ts';
import { fieldsOf, isList, mapOf } from './parse.ts';
import { contractMajor, isClientId, type Site } from './topics.ts';

/** Processes of a platform that share the gateways of a district, or of one town, among themselves. */
export type Group = { readonly district: DistrictCode; readonly town?: TownCode | undefined; readonly name: string };

/** No gateway id begins so: no gateway can speak for a member. */
const level = '_group';
/** Stands where a town’s code would. */
const everyTown = 'all';
/** Last level of the topic on which a member tells up to where it has taken telemetry. */
const takenLevel = 'taken';

/** @throws FengsuiError INVALID */
export function groupName(text: string): string {
  if (/^[a-z0-9][a-z0-9-]{0,47}$/.test(text)) return text;
  throw new FengsuiError(
    'INVALID',
    `group ${JSON.stringify(text)} is not valid: expected lower-case letters, digits and hyphens, at most 48, starting with a letter or digit`,
  );
}

const rootOf = ({ district, town, name }: Group): string =>
  `fengsui/v${contractMajor}/${district}/${town ?? everyTown}/${level}/${name}`;

/** Where a member says that it is there: retained; empty once it is gone. */
export const memberTopic = (group: Group, member: string): string => `${rootOf(group)}/${member}`;

/** Where a member says up to where it has taken the telemetry of its gateways. */
export const takenTopic = (group: Group, member: string): string => `${rootOf(group)}/${member}/${takenLevel}`;

/** All that members of a group say. */
export const groupFilters = (group: Group): readonly string[] => [memberTopic(group, '+'), takenTopic(group, '+')];

/** Names the topics of all groups of a district, or those of one town; for the broker’s rules. */
export const everyGroup = (district: DistrictCode, town?: TownCode): string =>
  `fengsui/v${contractMajor}/${district}/${town ?? '+'}/${level}/#`;

/** Inverse of {@link memberTopic} and {@link takenTopic} within one group; `undefined` for any other topic. */
export function parseGroupTopic(
  group: Group,
  topic: string,
): { readonly member: string; readonly says: 'there' | 'taken' } | undefined {
  const root = `${rootOf(group)}/`;
  if (!topic.startsWith(root)) return undefined;
  const [member = '', what, ...rest] = topic.slice(root.length).split('/');
  if (!isClientId(member) || rest.length > 0 || (what !== undefined && what !== takenLevel)) return undefined;
  return { member, says: what === undefined ? 'there' : 'taken' };
}

/** By which rule a member shares gateways out. Members that go by different rules would not agree, so there is one. */
const sharingRule = 1;

/** What stands on the topic of a member that is gone. */
export const nobodyThere = new Uint8Array();

export const encodeMember = (): Uint8Array => encodeCbor(mapOf([[1, sharingRule]]));

/** @throws FengsuiError PROTOCOL also for a member that shares by another rule. */
export function decodeMember(bytes: Uint8Array): void {
  const rule = fieldsOf(decodeCbor(bytes), 'member').count(1);
  if (rule !== sharingRule)
    throw new FengsuiError(
      'PROTOCOL',
      `a member of the group shares gateways out by rule ${rule}, this one by rule ${sharingRule}: let all run the same version`,
    );
}

/** Up to which number of which journal the telemetry of a gateway was taken, with nothing missing. */
export type Taken = {
  readonly town: TownCode;
  readonly gateway: Site['gateway'];
  readonly log: number;
  readonly seq: number;
};

/** So many fit into one message, whatever the gateways are called. */
export const takenPerMessage = 500;

export const encodeTaken = (list: readonly Taken[]): Uint8Array =>
  encodeCbor(mapOf([[1, list.map(({ town, gateway, log, seq }) => [town, gateway, log, seq])]]));

/** @throws FengsuiError PROTOCOL */
export function decodeTaken(bytes: Uint8Array): readonly Taken[] {
  const list = fieldsOf(decodeCbor(bytes), 'taken').list(1);
  return list.map((item, i) => {
    const fields = fieldsOf(isList(item) ? new Map(item.entries()) : item, `taken[${i}]`);
    return {
      town: townCode(fields.text(0)),
      gateway: gatewayId(fields.text(1)),
      log: fields.count(2),
      seq: fields.count(3),
    };
  });
}
