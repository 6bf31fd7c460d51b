import { FengsuiError } from '../model/errors.ts';
import type { GatewayRecord, NewGatewayRecord } from './platform-store.ts';

/** @throws FengsuiError CONFLICT when `ifEtag` does not hold */
export function replaced(
  record: NewGatewayRecord,
  known: GatewayRecord | undefined,
  { at, ifEtag }: { readonly at: Date; readonly ifEtag?: string | undefined },
): GatewayRecord {
  if (ifEtag !== undefined && ifEtag !== (known?.etag ?? 'new')) throw conflict(record.gateway, known?.etag);
  const { gateway, district, town, village, name, state } = record;
  const etag = String(Number(known?.etag ?? 0) + 1);
  return { gateway, district, town, ...(village !== undefined && { village }), name, state, at, etag };
}

const conflict = (gateway: string, etag: string | undefined): FengsuiError =>
  new FengsuiError(
    'CONFLICT',
    etag === undefined
      ? `there is no gateway ${gateway} in the registry`
      : `gateway ${gateway} is in the registry and was changed meanwhile: read it again and decide again`,
    { details: { gateway, ...(etag !== undefined && { etag }) } },
  );
