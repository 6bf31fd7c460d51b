import { expect, it } from 'vitest';
import { busDown, endpointName } from '../../../../edge/bus/modbus/bus-down.ts';

const system = (code: string): Error => Object.assign(new Error(`connect ${code}`), { code });

it.each([
  [system('EHOSTUNREACH'), 'EHOSTUNREACH', 'cable'],
  [system('ENOTFOUND'), 'ENOTFOUND', 'address in numbers'],
  [system('EACCES'), 'EACCES', 'dialout'],
  [new Error('Error: Permission denied, cannot open /dev/ttyUSB0'), 'EACCES', 'dialout'],
  [new Error('Error Resource temporarily unavailable Cannot lock port'), 'EBUSY', 'another program'],
  [system('EXOTIC'), 'EXOTIC', 'connect EXOTIC'],
])('%s is told as %s with what to do', (cause, reason, advice) => {
  const error = busDown('10.0.0.9:502', 'cannot be opened', cause);
  expect(error).toMatchObject({ code: 'BUS_DOWN', retryable: true, details: { reason }, cause });
  expect(error.message).toContain(`10.0.0.9:502: cannot be opened: ${reason}: `);
  expect(error.message).toContain(advice);
});

it('a reason without a code keeps its words', () =>
  expect(busDown('a', 'is lost', new Error('pulled out')).message).toBe('a: is lost: pulled out'));

it.each([
  [{ kind: 'tcp', host: 'h', port: 502 }, 'h:502'],
  [{ kind: 'serial', path: '/dev/ttyS0', baud: 9600, parity: 'none', stopBits: 1 }, '/dev/ttyS0'],
] as const)('%j is called %s', (endpoint, name) => expect(endpointName(endpoint)).toBe(name));
