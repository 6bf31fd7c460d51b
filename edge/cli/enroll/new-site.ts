import { relative } from 'node:path';
import { stringify } from 'yaml';
import type { SiteFacts } from '../../../sdk/identity/claim/site-facts.ts';

export type IdentityPaths = { readonly ca: string; readonly cert: string; readonly key: string };

/** Pure. The least configuration of a gateway that was just enrolled; the installer adds the buses. */
export function newSiteText(facts: SiteFacts, folder: string, paths: IdentityPaths): string {
  const { gateway: id, name, district, town, village, operators } = facts;
  const gateway = { id, name, district, town, ...(village !== undefined && { village }) };
  const content = { version: 1, gateway, uplinks: uplinksOf(facts, folder, paths), operators, buses: [] };
  return `# Written by “fengsui enroll”. Add the buses and their devices, then: fengsui config check\n${stringify(content)}`;
}

/** Pure. The uplink as it is to stand in a configuration in this folder: several brokers are those of one cluster. */
export function uplinksOf({ brokers }: SiteFacts, folder: string, paths: IdentityPaths) {
  const beside = (path: string): string => relative(folder, path);
  const files = { ca: beside(paths.ca), cert: beside(paths.cert), key: beside(paths.key) };
  const [url] = brokers;
  return [{ ...(brokers.length > 1 ? { urls: brokers } : { url }), ...files }];
}
