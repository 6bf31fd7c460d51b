import { describe, expect, it } from 'vitest';
import { askEvery } from '../../../sdk/client/every-gateway.ts';
import { gatewayDirectory } from '../../../sdk/client/gateway-directory.ts';
import { FengsuiError } from '../../../sdk/model/errors.ts';
import { districtCode, gatewayId, townCode } from '../../../sdk/model/ids.ts';
import { encodePresence } from '../../../sdk/wire/gateway-state.ts';
import type { Site } from '../../../sdk/wire/topics.ts';

const at = (town: string, gateway: string): Site => ({
  district: districtCode('330603'),
  town: townCode(town),
  gateway: gatewayId(gateway),
});

function district(...told: readonly (readonly [site: Site, online: boolean])[]) {
  const directory = gatewayDirectory(() => new Date(0));
  for (const [site, online] of told) directory.receivePresence(site, encodePresence({ online, boot: 1 }));
  return directory;
}

describe('a question to every gateway', () => {
  it('is asked once of one that has moved to another town, whose old documents the broker still has', async () => {
    const directory = district([at('001', 'gw-1'), false], [at('002', 'gw-1'), true], [at('001', 'gw-2'), true]);
    const { answers, unanswered } = await askEvery(directory, undefined, async ({ town, gateway }) => [town, gateway]);
    expect(answers).toEqual([
      ['002', 'gw-1'],
      ['001', 'gw-2'],
    ]);
    expect(unanswered).toEqual([]);
  });

  it('tells once of one that is offline in both', async () => {
    const directory = district([at('001', 'gw-1'), false], [at('002', 'gw-1'), false]);
    const { unanswered } = await askEvery(directory, undefined, () => expect.unreachable());
    expect(unanswered).toEqual([{ gateway: 'gw-1', error: expect.any(FengsuiError) }]);
  });
});
