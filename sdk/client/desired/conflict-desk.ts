import { createHash } from 'node:crypto';
import type { DesiredConflict } from '../../wire/desired.ts';
import type { AuditDesk } from './audit-desk.ts';
import { jsonOf } from './data-json.ts';
import type { DesiredBook } from './desired-book.ts';
import { onSite } from './take-over.ts';

/** Somebody on site and the platform have changed the same of a device. Neither value is lost: both stand here. */
export type HeardConflict = DesiredConflict & { readonly gateway: string };

export type ConflictDesk = {
  /** Shows those that a gateway tells of in the place of earlier ones; each is written down and told once. */
  readonly take: (gateway: string, conflicts: readonly DesiredConflict[]) => Promise<void>;
};

export function conflictDesk(ctx: {
  readonly book: DesiredBook;
  readonly audit: AuditDesk;
  readonly conflict: (conflict: HeardConflict) => void;
}): ConflictDesk {
  const { book, audit } = ctx;
  return {
    async take(gateway, conflicts) {
      const before = new Set(book.conflicts(gateway).map((one) => idOf(gateway, one)));
      const isNews = conflicts.filter((one) => !before.has(idOf(gateway, one)));
      if (conflicts.length > 0) book.keepConflicts(gateway, conflicts);
      for (const one of isNews) {
        const { device, field, onSite: there, platform, kept, version } = one;
        const detail = { field: field ?? null, onSite: jsonOf(there), platform: jsonOf(platform), kept, version };
        await audit.note({ act: 'devices.conflict', who: onSite, gateway, device, detail, id: idOf(gateway, one) });
        ctx.conflict({ ...one, gateway });
      }
    },
  };
}

/** The same for every process that hears of it, so that it stands in the audit once. */
const idOf = (gateway: string, { device, field, version }: DesiredConflict): string =>
  `conflict-${createHash('sha256')
    .update(JSON.stringify([gateway, device, field ?? null, version]))
    .digest('hex')}`;
