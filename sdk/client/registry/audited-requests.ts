import type { Data } from '../../wire/request.ts';
import type { AuditDesk } from '../desired/audit-desk.ts';
import { isMap, jsonOf } from '../desired/data-json.ts';
import type { Requests } from '../requests.ts';

/** Writes every command of a client into the audit: who, to which device, and what came of it. What is signed elsewhere is written down there. */
export const auditedRequests = (requests: Requests, audit: AuditDesk): Requests => ({
  ...requests,
  command: (site, method, params, options) => {
    const { operator, device, ...detail } = partsOf(params);
    const act = {
      act: `commands.${method}`,
      gateway: site.gateway,
      ...(typeof operator === 'string' && { who: operator }),
      ...(typeof device === 'string' && { device }),
      ...(Object.keys(detail).length > 0 && { detail: jsonOf(detail) }),
    };
    return audit.of(act, () => requests.command(site, method, params, options));
  },
});

const partsOf = (params: Data): { readonly [key: string]: Data | undefined } => (isMap(params) ? params : {});
