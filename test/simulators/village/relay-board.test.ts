import { expect, it } from 'vitest';
import { answerRequest } from '../../../simulators/modbus/answer-request.ts';
import { relayBoard } from '../../../simulators/village/relay-board.ts';
import { hex, toHex } from '../modbus/hex.ts';

it('coil 0 switches relay 1, tells of changes only, and reads back', () => {
  const board = relayBoard();
  const changes: [number, boolean][] = [];
  const stop = board.onChange((relay, on) => changes.push([relay, on]));
  for (const request of ['05 00 00 FF 00', '05 00 00 FF 00', '05 00 07 FF 00', '05 00 00 00 00'])
    expect(toHex(answerRequest(board.unit, hex(request)))).toBe(request);
  expect(changes).toEqual([
    [1, true],
    [8, true],
    [1, false],
  ]);
  expect(toHex(answerRequest(board.unit, hex('01 00 00 00 08')))).toBe('01 01 80');
  expect([board.isOn(1), board.isOn(8)]).toEqual([false, true]);
  stop();
  answerRequest(board.unit, hex('05 00 00 FF 00'));
  expect(changes).toHaveLength(3);
});

it('there is no ninth relay', () => {
  expect(toHex(answerRequest(relayBoard().unit, hex('05 00 08 FF 00')))).toBe('85 02');
});
