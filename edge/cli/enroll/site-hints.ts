import type { SiteFacts, SiteOperator } from '../../../sdk/identity/claim/site-facts.ts';
import { usualRoles } from '../../../sdk/model/command.ts';
import type { Site } from '../../runtime/config/site.ts';
import type { Lang } from '../terminal/language.ts';
import { sayEnrol } from './words.ts';

/** Pure. What a configuration lacks of what the district says; empty: nothing. @param text of its file */
export function siteHints(facts: SiteFacts, site: Site, text: string | undefined, lang: Lang): readonly string[] {
  const brokers = facts.brokers.filter(
    (url) =>
      !site.uplinks.some((uplink) => uplink.urls.includes(url) && uplink.cert !== undefined && uplink.ca !== undefined),
  );
  const isThere = ({ name, key }: SiteOperator): boolean => site.operators.has(name) && text?.includes(key) === true;
  const missing = facts.operators.filter((operator) => !isThere(operator));
  const other = facts.operators.flatMap((operator) => {
    const here = site.operators.get(operator.name)?.roles;
    return isThere(operator) && rolesText(here) !== rolesText(operator.roles) ? [{ ...operator, here }] : [];
  });
  return [
    ...brokers.map((url) => sayEnrol('addBroker', lang, url)),
    ...missing.map((operator) => sayEnrol('addOperator', lang, operatorText(operator))),
    ...other.map(({ name, here, roles }) => sayEnrol('otherRoles', lang, name, rolesText(here), rolesText(roles))),
    ...(site.name === facts.name ? [] : [sayEnrol('otherName', lang, site.name, facts.name)]),
  ];
}

const operatorText = ({ name, key, roles }: SiteOperator): string =>
  `{ name: "${name}", key: "${key}"${roles ? `, roles: ${rolesText(roles)}` : ''} }`;

/** As it stands in a configuration. */
const rolesText = (roles: SiteOperator['roles'] = usualRoles): string => `[${roles.toSorted().join(', ')}]`;
