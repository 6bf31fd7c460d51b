import { describe, expect, it } from 'vitest';
import { goneAfterMs, membership } from '../../../../sdk/client/share/membership.ts';

describe('the members of a group', () => {
  it('are oneself alone at first', () => {
    expect(membership('me').members(0)).toEqual(['me']);
  });

  it('come when they are heard, and go when they say so', () => {
    const group = membership('me');
    group.heard('you', 0);
    group.heard('ann', 0);
    expect(group.members(1)).toEqual(['ann', 'me', 'you']);
    group.left('you');
    expect(group.members(1)).toEqual(['ann', 'me']);
  });

  it('are gone when they have not been heard for 20 s, and told as overdue once', () => {
    const group = membership('me');
    group.heard('you', 1_000);
    expect(group.overdue(1_000 + goneAfterMs - 1)).toEqual([]);
    expect(group.members(1_000 + goneAfterMs)).toEqual(['me']);
    expect(group.overdue(1_000 + goneAfterMs)).toEqual(['you']);
    expect(group.overdue(1_000 + goneAfterMs)).toEqual([]);
  });

  it('never lack oneself, whoever says what', () => {
    const group = membership('me');
    group.left('me');
    group.heard('me', 0);
    expect(group.members(goneAfterMs * 2)).toEqual(['me']);
  });

  it('are not believed to be thousands', () => {
    const group = membership('me');
    for (let i = 0; i < 5_000; i++) group.heard(`m${i}`, 0);
    expect(group.members(0).length).toBe(1_001);
  });
});
