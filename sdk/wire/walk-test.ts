import { FengsuiError } from '../model/errors.ts';
import { wallTime } from '../model/time.ts';
import type { WalkTestReport, WalkTestState } from '../model/walk-test.ts';
import { fieldsOf } from './parse.ts';

const statuses = ['untested', 'active', 'passed'] as const;
const ends = ['finished', 'stopped', 'aborted'] as const;
const sounders = ['quiet', 'chirp'] as const;

/** @throws FengsuiError PROTOCOL */
export function parseWalkTestReport(raw: unknown): WalkTestReport {
  const fields = fieldsOf(raw, 'report');
  return {
    began: wallTime(fields.number('began')),
    over: wallTime(fields.number('over')),
    operator: fields.text('operator'),
    sounders: oneOf(fields.text('sounders'), sounders),
    ended: oneOf(fields.text('ended'), ends),
    why: fields.text('why'),
    devices: fields.list('devices').map((each, i) => {
      const one = fieldsOf(each, `report.devices[${i}]`);
      return {
        device: one.text('device'),
        status: one.text('status') === 'passed' ? 'passed' : 'untested',
        ...(one.has('condition') && { condition: one.text('condition') }),
        ...(one.has('at') && { at: wallTime(one.number('at')) }),
      };
    }),
  };
}

/** @throws FengsuiError PROTOCOL */
export function parseWalkTestState(raw: unknown): WalkTestState {
  const fields = fieldsOf(raw, 'walk test');
  return {
    ...(fields.has('running') && { running: parseRunning(fields.raw('running')) }),
    ...(fields.has('report') && { report: parseWalkTestReport(fields.raw('report')) }),
  };
}

function parseRunning(raw: unknown): NonNullable<WalkTestState['running']> {
  const fields = fieldsOf(raw, 'walk test.running');
  return {
    began: wallTime(fields.number('began')),
    leftMs: fields.number('leftMs'),
    operator: fields.text('operator'),
    sounders: oneOf(fields.text('sounders'), sounders),
    devices: fields.list('devices').map((each, i) => {
      const one = fieldsOf(each, `walk test.running.devices[${i}]`);
      return { device: one.text('device'), status: oneOf(one.text('status'), statuses) };
    }),
  };
}

function oneOf<T extends string>(text: string, of: readonly T[]): T {
  const found = of.find((each) => each === text);
  if (found === undefined)
    throw new FengsuiError('PROTOCOL', `walk test: expected one of ${of.join(', ')}, got “${text.slice(0, 40)}”`);
  return found;
}
