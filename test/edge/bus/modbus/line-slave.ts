import { registers, rtu } from '../../../support/scripted-slave.ts';

/** 10 bits at 9,600 baud. */
export const character = 10_000 / 9_600;
export const request = 8 * character;
export const oneRegister = 7 * character;

/** What a slave answers that holds its address in each register, `turnaround` ms after the request. */
export const slave =
  (turnaround: number) =>
  (frame: Buffer): [number, Buffer][] => [
    [request + turnaround + oneRegister, rtu(...registers(frame.readUInt8(0), 3, frame.readUInt16BE(2)))],
  ];
