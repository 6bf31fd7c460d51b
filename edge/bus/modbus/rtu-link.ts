import { elapsed, later, type Millis, type MonoTime, millis } from '../../../sdk/model/time.ts';
import { type Clock, instant } from '../../platform/clock.ts';
import { bystander } from './bystander.ts';
import { exceptionIn, wordsIn } from './codec.ts';
import { echo } from './echo.ts';
import { inbox } from './inbox.ts';
import { lineSilence } from './line-silence.ts';
import type { Line, Link, LinkListener } from './link.ts';
import type { ModbusTiming } from './modbus-bus.ts';
import { overdueAnswers } from './overdue.ts';
import { quietTime } from './quiet-time.ts';
import { type Found, findAnswer, longestFrame, requestFrame } from './rtu-frame.ts';
import { rtuVerdict } from './rtu-verdict.ts';
import { type RtuWait, rtuDue } from './rtu-wait.ts';
import { switchSilence } from './switch-silence.ts';
import type { WireTime } from './wire-time.ts';

export type RtuOptions = {
  /** Names the line in messages. */
  readonly name: string;
  readonly wire: WireTime;
  readonly timing: ModbusTiming;
  readonly clock: Clock;
  /** How long this unit may take to begin its answer. */
  readonly limit: (unit: number) => Millis;
};

/** The wait for a unit that is left alone is cut up, so that a more urgent request need not wait for its end. */
const longestNap = millis(10);

/**
 * RTU framing. Nothing in an answer tells which request it belongs to but unit, function and length. So after a
 * time-out, a damaged answer or an unasked frame the line is left silent for a while, then flushed; and a unit that was
 * given up before `timing.timeout` was over is left alone until it is and the quiet time after it.
 */
export function rtuLink(line: Line, listener: LinkListener, options: RtuOptions): Link {
  const { clock, timing, name, wire } = options;
  const received = inbox();
  const ownEcho = echo();
  const overdue = overdueAnswers();
  const quiet = quietTime(timing.quiet);
  const switching = switchSilence();
  const patience = millis(timing.quiet + timing.timeout);
  const silence = lineSilence({ name, line, clock, gap: wire.gap, quiet: timing.quiet, patience });
  const others = bystander({
    received,
    overdue,
    late: (unit, sent, length) => listener.late(unit, turnaround(sent, lastByte, length)),
    foreign: (unit) => listener.foreign(unit),
  });
  let asked: RtuWait | undefined;
  let lastByte = clock.mono();
  /** Whether the adapter was seen to hand over the beginning of an answer before its end. */
  let doesStream = false;

  const onWire = (bytes: number): Millis => millis(bytes * wire.character);
  /** `count` bytes had come at that time, the first of them the first of the answer. */
  const turnaround = (sent: MonoTime, at: MonoTime, count: number): Millis =>
    millis(Math.max(0, elapsed(sent, at) - onWire(count)));

  const barredUntil = (unit: number): MonoTime | undefined => {
    const until = overdue.until(unit);
    return until !== undefined && elapsed(clock.mono(), until) > instant ? until : undefined;
  };
  const unasked = (chunk: Buffer, from: number): void => {
    silence.unasked(chunk.length - from);
    for (let at = from; at < chunk.length; at += longestFrame) {
      received.append(chunk, at, Math.min(at + longestFrame, chunk.length));
      others.sortOut(received.length());
    }
  };
  const findIt = (wait: RtuWait): Found | undefined => {
    if (ownEcho.strip(received)) wait.first = undefined;
    const found = findAnswer(received.bytes, received.length(), wait.request);
    if (!found && others.dropOthers(wait.request)) wait.first = undefined;
    if (received.length() > 0) wait.first ??= { at: lastByte, count: received.length() };
    return found;
  };
  /** `taken` bytes of the chunk stand in what was received. */
  const conclude = (wait: RtuWait, { start, length }: Found, chunk: Buffer, taken: number): void => {
    const { request, sent, first } = wait;
    const exception = exceptionIn(received.bytes, start);
    const words = exception !== undefined ? [] : wordsIn(received.bytes, start, request);
    const tail = received.length() - start - length;
    if (start < received.length() - taken) doesStream = true;
    asked = undefined;
    ownEcho.answered();
    quiet.answered(request.unit);
    switching.answered(request.unit);
    others.sortOut(start);
    received.dropTo(received.length() - tail);
    silence.unasked(tail);
    others.sortOut(tail);
    unasked(chunk, taken);
    const took = first ? turnaround(sent, first.at, first.count) : millis(0);
    if (exception !== undefined) listener.refused(exception, took);
    else listener.answered(words, took);
  };

  return {
    settle(request, signal) {
      const until = barredUntil(request.unit);
      if (until === undefined) return silence.settle(signal, switching.before(request.unit));
      return clock.sleep(millis(Math.min(elapsed(clock.mono(), until), longestNap)), signal);
    },
    barredUntil,
    send(request) {
      const frame = requestFrame(request);
      const sent = later(clock.mono(), onWire(frame.length));
      const answerTime = onWire(request.length);
      const limit = options.limit(request.unit);
      const firstBy = later(sent, millis(limit + (doesStream ? onWire(1) : answerTime)));
      asked = { request, limit, sent, firstBy, answerTime };
      switching.asked(request.unit, elapsed(silence.over(), clock.mono()));
      received.clear();
      overdue.forget(request.unit);
      ownEcho.sent(request, frame);
      silence.begin(sent);
      line.write(frame);
    },
    receive(chunk) {
      lastByte = clock.mono();
      silence.heard();
      if (!asked) return unasked(chunk, 0);
      const wait = asked;
      for (let at = 0; at < chunk.length; at += longestFrame) {
        const end = Math.min(at + longestFrame, chunk.length);
        received.append(chunk, at, end);
        const found = findIt(wait);
        if (found) return conclude(wait, found, chunk, end);
      }
    },
    due: () => asked && rtuDue(asked, received.length(), lastByte),
    giveUp() {
      if (!asked) return;
      const { request, sent, answerTime } = asked;
      const { error, isAnswered } = rtuVerdict(received, asked, name);
      const isSilent = error.code === 'BUS_TIMEOUT';
      asked = undefined;
      if (!isAnswered) overdue.add({ request, sent, until: later(sent, millis(answerTime + patience)) });
      if (isSilent) {
        quiet.timedOut(request.unit);
        switching.timedOut(request.unit);
      } else received.clear();
      silence.disturb(isSilent ? quiet.length() : timing.quiet);
      listener.failed(error);
    },
    busyUntil: () => silence.over(),
  };
}
