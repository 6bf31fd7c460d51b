import { FengsuiError } from '../../../sdk/model/errors.ts';
import { firmataRequest, pinMode } from './firmata-codec.ts';
import type { FirmataInputs } from './firmata-inputs.ts';
import type { FirmataLink } from './firmata-link.ts';
import type { WantedLine } from './line-backend.ts';

/** Brings the board from whatever state it is in to the configured one. */
export async function setUpFirmata(
  link: FirmataLink,
  lines: readonly WantedLine[],
  inputs: FirmataInputs,
  where: string,
): Promise<void> {
  const { major, minor } = await link.ask(firmataRequest.version(), 'version');
  if (major * 100 + minor < 205) {
    const what = `${where} speaks Firmata ${major}.${minor}, which cannot switch single pins; load 2.5 or newer`;
    throw new FengsuiError('LINE', what);
  }
  const { pins } = await link.ask(firmataRequest.capabilities(), 'capabilities');
  for (const line of lines) checkPin(line, pins, where);
  for (const line of lines.filter(({ direction }) => direction === 'out')) {
    // Asked before its mode is set: StandardFirmata forgets the state of an output, though not the output, by that.
    const { mode } = await link.ask(firmataRequest.pinState(line.offset), 'pin', line.offset);
    const write = firmataRequest.writePin(line.offset, line.active !== line.activeLow);
    link.send(...(mode === pinMode.output ? [] : [firmataRequest.setMode(line.offset, pinMode.output)]), write);
  }
  await setUpInputs(link, lines, inputs, where);
}

async function setUpInputs(
  link: FirmataLink,
  lines: readonly WantedLine[],
  inputs: FirmataInputs,
  where: string,
): Promise<void> {
  const own = [...lines.entries()].filter(([, { direction }]) => direction === 'in');
  for (const [, line] of own) link.send(firmataRequest.setMode(line.offset, modeOf(line)));
  for (const port of inputs.ports) link.send(firmataRequest.reportPort(port));
  for (const [index, line] of own) {
    // Boards answer in order, so the first reports are here when this is answered.
    const { mode } = await link.ask(firmataRequest.pinState(line.offset), 'pin', line.offset);
    if (mode !== modeOf(line) || inputs.level(index) === undefined) throw unreported(where, line);
  }
}

const modeOf = (line: WantedLine): number => {
  if (line.direction === 'out') return pinMode.output;
  return line.bias === 'up' ? pinMode.pullUp : pinMode.input;
};

function checkPin(line: WantedLine, pins: readonly (readonly number[])[], where: string): void {
  const refuse = (why: string): never => {
    throw new FengsuiError('LINE', `line ${line.name}: ${why}`, { details: { line: line.name, pin: line.offset } });
  };
  if (line.direction === 'in' && line.bias === 'down')
    refuse('Firmata knows no pull-down; use `bias: up` with `activeLow`, or a resistor and `bias: none`');
  const modes = pins[line.offset];
  if (!modes) return refuse(`${where} has pins 0 to ${pins.length - 1}, not ${line.offset}; correct the offset`);
  if (modes.includes(modeOf(line))) return;
  refuse(`pin ${line.offset} of the ${where} cannot be used as ${describeUse(line)}; choose another pin`);
}

const describeUse = (line: WantedLine): string => {
  if (line.direction === 'out') return 'an output';
  return line.bias === 'up' ? 'an input with pull-up' : 'an input';
};

const unreported = (where: string, { name, offset }: WantedLine): FengsuiError =>
  new FengsuiError(
    'BUS_DOWN',
    `${where} does not report pin ${offset} (${name}); check that StandardFirmata runs on it`,
  );
