import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { firmataRequest } from '../../../../edge/bus/gpio/firmata-codec.ts';
import { connectFirmata } from '../../../../edge/bus/gpio/firmata-link.ts';
import { FengsuiError } from '../../../../sdk/model/errors.ts';

it('the state of another pin is never taken for the answer', async () => {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', () => socket.write(Uint8Array.of(0xf0, 0x6e, 5, 1, 1, 0xf7, 0xf0, 0x6e, 9, 1, 0, 0xf7)));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('no TCP port');
  const lost: string[] = [];
  const link = await connectFirmata(
    { host: '127.0.0.1', port: address.port },
    { message() {}, lost: (why) => lost.push(why.message) },
    new AbortController().signal,
  );
  expect(await link.ask(firmataRequest.pinState(9), 'pin', 9)).toMatchObject({ pin: 9, state: 0 });
  const unanswered = link.ask(firmataRequest.version(), 'version');
  link.end(new FengsuiError('BUS_DOWN', 'enough'));
  link.end(new FengsuiError('BUS_DOWN', 'enough again'));
  await expect(unanswered).rejects.toThrow('enough');
  await expect(link.ask(firmataRequest.version(), 'version')).rejects.toThrow('enough');
  expect(lost).toEqual(['enough']);
  server.close();
});

it('a connection that is no longer wanted is not opened', async () => {
  const signal = AbortSignal.abort(new FengsuiError('ABORTED', 'closed meanwhile'));
  const opening = connectFirmata({ host: '127.0.0.1', port: 1 }, { message() {}, lost() {} }, signal);
  await expect(opening).rejects.toThrow('closed meanwhile');
});
