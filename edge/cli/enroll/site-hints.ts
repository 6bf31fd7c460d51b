import type { SiteFacts } from '../../../sdk/identity/claim/site-facts.ts';
import type { Site } from '../../runtime/config/site.ts';
import type { Lang } from '../terminal/language.ts';
import { sayEnrol } from './words.ts';

/** Pure. What a configuration lacks of what the district says; empty: nothing. @param text of its file */
export function siteHints(facts: SiteFacts, site: Site, text: string | undefined, lang: Lang): readonly string[] {
  const brokers = facts.brokers.filter(
    (url) =>
      !site.uplinks.some((uplink) => uplink.urls.includes(url) && uplink.cert !== undefined && uplink.ca !== undefined),
  );
  const operators = facts.operators.filter(({ name, key }) => !site.operators.has(name) || !text?.includes(key));
  return [
    ...brokers.map((url) => sayEnrol('addBroker', lang, url)),
    ...operators.map(({ name, key }) => sayEnrol('addOperator', lang, name, key)),
    ...(site.name === facts.name ? [] : [sayEnrol('otherName', lang, site.name, facts.name)]),
  ];
}
