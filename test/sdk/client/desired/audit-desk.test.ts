import { afterEach, describe, expect, it, vi } from 'vitest';
import { auditDesk } from '../../../../sdk/client/desired/audit-desk.ts';
import type { AuditLog } from '../../../../sdk/store/platform-store.ts';

afterEach(() => vi.useRealTimers());

describe('an act that cannot be written down', () => {
  it('because the store does not answer is told after 5 s, and keeps nobody waiting longer: it is done', async () => {
    vi.useFakeTimers();
    const problems: unknown[] = [];
    const append: AuditLog['append'] = () => new Promise(() => undefined);
    const desk = auditDesk({ append } as AuditLog, 'Li', (e) => problems.push(e));
    const acknowledged = desk.of({ act: 'commands.acknowledge', gateway: 'gw-1' }, async () => 'done');
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await acknowledged).toBe('done');
    expect(problems).toMatchObject([
      { code: 'TIMEOUT', message: expect.stringContaining('commands.acknowledge by Li on gw-1') },
    ]);
  });
});
