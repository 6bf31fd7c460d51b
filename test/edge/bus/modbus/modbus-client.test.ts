import { expect, it } from 'vitest';
import { modbusClient } from '../../../../edge/bus/modbus/modbus-client.ts';
import { readRequest } from '../../../../edge/bus/modbus/request.ts';
import { registers, rtu } from '../../../support/scripted-slave.ts';

const request = (unit: number) => readRequest({ unit, table: 'holding', address: 4, count: 1 }, 'tcp');

it('asks and decodes within the call, with the unit of the call', async () => {
  const frames: string[] = [];
  const client = await modbusClient((frame) => frames.push(frame.toString('hex')));
  const outcomes: unknown[] = [];
  client.send(request(2), (error, words) => outcomes.push(error ?? words));
  client.deliver(rtu(...registers(2, 3, 7)));
  client.send(request(1), (error, words) => outcomes.push(error ?? words));
  client.deliver(rtu(...registers(1, 3, 8)));
  expect(frames).toEqual([rtu(2, 3, 0, 4, 0, 1).toString('hex'), '010300040001c5cb']);
  expect(outcomes).toEqual([[7], [8]]);
});

it('two clients do not share a port', async () => {
  const outcomes: unknown[] = [];
  const [one, other] = [await modbusClient(() => {}), await modbusClient(() => {})];
  one.send(request(1), (_, words) => outcomes.push(words));
  other.deliver(rtu(...registers(1, 3, 7)));
  expect(outcomes).toEqual([]);
});
