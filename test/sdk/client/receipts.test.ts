import { describe, expect, it } from 'vitest';
import { receipts } from '../../../sdk/client/receipts.ts';
import { ed25519Signer, generateOperatorKey } from '../../../sdk/index.ts';
import { districtCode, gatewayId, townCode } from '../../../sdk/model/ids.ts';
import type { Site } from '../../../sdk/wire/topics.ts';

const signer = ed25519Signer({ keyId: 'duty', privateKey: generateOperatorKey().privateKey });
const site = (n: number): Site => ({
  district: districtCode('330603'),
  town: townCode('001'),
  gateway: gatewayId(`gw-${n}`),
});

describe('receipts of a whole fleet that has come back at once', () => {
  it('do not wait for one another: the last gateway would take its alarms for unheard', async () => {
    const topics = new Set<string>();
    let underWay = 0;
    let most = 0;
    const desk = receipts({
      signer,
      async send(topic) {
        topics.add(topic);
        most = Math.max(most, ++underWay);
        await new Promise((resolve) => setTimeout(resolve, 2)); // there and back
        underWay--;
      },
      problem: () => expect.unreachable(),
    });
    for (let n = 0; n < 200; n++) desk.note(site(n), 7, [[1, 1]]);
    await desk.flush();
    expect(topics.size).toBe(200);
    expect(most).toBe(32);
  });
});
