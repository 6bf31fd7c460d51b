import { describe, expect, it } from 'vitest';
import { statusPage } from '../../../edge/runtime/gateway-status.ts';
import type { Directory } from '../../../sdk/client/gateway-directory.ts';
import { gateways } from '../../../sdk/client/gateways.ts';
import type { Requests } from '../../../sdk/client/requests.ts';
import { ownsAll } from '../../../sdk/client/share/ownership.ts';
import { FengsuiError } from '../../../sdk/model/errors.ts';
import type { Data } from '../../../sdk/wire/request.ts';
import { busFigures, statusOf, unitFigures } from '../../support/link-figures.ts';

/** Parts that a question does not need. */
const unused = {
  ownership: ownsAll(),
  open: () => expect.unreachable(),
  command: () => expect.unreachable(),
};
const units = (count: number) => Array.from({ length: count }, (_, i) => unitFigures(i + 1));

/** The client's face over a gateway that answers `status` like this. */
function facing(answer: (after: string | undefined) => Data) {
  const asked: Data[] = [];
  const directory = { reach: () => ({}) } as unknown as Directory;
  const query: Requests['query'] = async (_site, _method, params) => {
    asked.push(params);
    return answer((params as { after?: string } | null)?.after);
  };
  const { status } = gateways({ directory, requests: { query } as Requests, ...unused });
  return { status: () => status('gw-1'), asked };
}

describe('the status of a gateway', () => {
  it('takes one question where it fits into one reply', async () => {
    const whole = statusOf(busFigures('a', units(3)), busFigures('b', []));
    const { status, asked } = facing(() => whole);
    expect([await status(), asked]).toEqual([whole, [null]]);
  });

  it('is whole though it comes in pages', async () => {
    const whole = statusOf(...['a', 'b', 'c'].map((id) => busFigures(id, units(150))));
    const { status, asked } = facing((after) => statusPage(whole, after));
    expect(await status()).toEqual(whole);
    expect(asked).toEqual([null, { after: 'a' }, { after: 'b' }]);
  });

  it.each<[what: string, answer: (after: string | undefined) => Data]>([
    ['names the same page again and again', () => ({ ...statusOf(busFigures('a', [])), next: 'a' })],
    ['sends empty pages for ever', (after = '') => ({ ...statusOf(), next: `${after}x` })],
  ])('of a gateway that %s is refused', async (_, answer) => {
    await expect(facing(answer).status()).rejects.toMatchObject({ code: 'PROTOCOL' });
  });

  it('of a gateway that tells of ever more buses is refused', async () => {
    let page = 0;
    const many = Array.from({ length: 1_000 }, (_, i) => busFigures(`b-${i}`, []));
    const { status } = facing(() => ({ ...statusOf(...many), next: `p-${page++}` }));
    await expect(status()).rejects.toMatchObject({ code: 'OVERLOADED' });
  });

  it('of a gateway that is not reached is refused with its reason, and never thrown', async () => {
    const reach = () => {
      throw new FengsuiError('GATEWAY_UNKNOWN');
    };
    const directory = { reach } as unknown as Directory;
    const { status } = gateways({ directory, requests: {} as Requests, ...unused });
    await expect(status('gw-9')).rejects.toMatchObject({ code: 'GATEWAY_UNKNOWN' });
  });
});
