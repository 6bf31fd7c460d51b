import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { askAgainMs, documentWatch, patienceMs } from '../../../sdk/client/document-watch.ts';
import { districtCode, gatewayId, townCode } from '../../../sdk/model/ids.ts';

const siteOf = (id: string) => ({ district: districtCode('330603'), town: townCode('001'), gateway: gatewayId(id) });
const site = siteOf('gw-1');

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function watching() {
  const known = new Set<string>();
  const refresh = vi.fn();
  const watch = documentWatch({ isKnown: ({ gateway }) => known.has(gateway), refresh });
  return { known, refresh, ...watch };
}

describe('the watch over documents', () => {
  it('asks for them when a gateway speaks that stays unknown', () => {
    const { heard, refresh } = watching();
    heard(site);
    vi.advanceTimersByTime(patienceMs - 1);
    expect(refresh).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(refresh).toHaveBeenCalledTimes(1);
  });

  it('does not ask when the documents were only later than the reading', () => {
    const { heard, refresh, known } = watching();
    heard(site);
    known.add('gw-1');
    vi.advanceTimersByTime(askAgainMs);
    expect(refresh).not.toHaveBeenCalled();
  });

  it('asks again only after a while, however much is heard', () => {
    const { heard, refresh } = watching();
    for (let ms = 0; ms < patienceMs + askAgainMs; ms += 100) {
      heard(siteOf(`gw-${ms}`));
      vi.advanceTimersByTime(100);
    }
    expect(refresh).toHaveBeenCalledTimes(2);
  });

  it('asks nothing more once it is closed', () => {
    const { heard, refresh, close } = watching();
    heard(site);
    close();
    vi.advanceTimersByTime(askAgainMs);
    expect(refresh).not.toHaveBeenCalled();
  });
});
