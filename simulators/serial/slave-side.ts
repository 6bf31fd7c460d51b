import { rtuFrame } from '../modbus/rtu-frame.ts';
import { characterMs, type Framing, frameSilenceMs, innerSilenceMs } from './framing.ts';
import type { LineSlave, Slaves } from './line-slave.ts';
import type { LineCounts } from './line-stats.ts';
import { type Heard, requestEar } from './request-ear.ts';
import type { LineClock, Speaker, Wire } from './wire.ts';

/** Sounds that no device makes, drawn for each request, counted from its end. */
export type Noise = (random: () => number) => readonly { readonly afterMs: number; readonly bytes: Uint8Array }[];

export type SlaveSideOptions = {
  readonly clock: LineClock;
  readonly framing: Framing;
  readonly slaves: Slaves;
  readonly medium: Wire;
  readonly random: () => number;
  readonly counts: () => LineCounts;
  readonly noise?: Noise | undefined;
};

/** The devices' end of the line: what they make of what the master says, and when they answer. */
export type SlaveSide = {
  /** The master begins to speak: a frame whose silence is not over has not ended. */
  readonly masterBegins: (at: number) => void;
  /** The master has said this, `silenceMs` after the sound before; `isGoingOn` when it speaks on without a pause. */
  readonly hear: (bytes: Uint8Array, said: { end: number; silenceMs: number; isGoingOn: boolean }) => void;
  readonly unreadable: () => number;
};

/** How long requests without an answer are remembered for devices that take what follows for it. */
const longestDeafMs = 10_000;

export function slaveSide(options: SlaveSideOptions): SlaveSide {
  const { clock, framing, slaves, random, counts } = options;
  const silenceMs = frameSilenceMs(framing);
  const ear = requestEar({ silenceMs, innerMs: innerSilenceMs(framing) });
  const voices = voicesOf(options);
  let ending: { readonly due: number; readonly cancel: () => void } | undefined;

  const ask = ({ request, end }: Heard, isStrict: boolean): void => {
    for (const slave of slaves.at(request.unit)) {
      if ((slave.strict ?? false) !== isStrict) continue;
      if (voices.isWaitingForOther(request.unit, end, slave.deafMs)) counts().dropped(request.unit);
      else voices.answer(slave, { request, end });
    }
  };
  const asked = (heard: Heard): void => {
    const { request, end } = heard;
    counts().asked(request.unit, end);
    for (const { afterMs, bytes } of options.noise?.(random) ?? []) voices.noise(end + afterMs, bytes);
    if (request.unit === 0) return slaves.tell(request);
    ask(heard, false);
    voices.overheard(request.unit, end);
  };
  const frameEnded = (): void => {
    ending = undefined;
    const { late, strict, all } = ear.silent();
    late.forEach(asked);
    if (strict !== undefined) ask(strict, true);
    for (const { request } of all.filter((each) => each !== strict))
      if (slaves.at(request.unit).some((slave) => slave.strict)) counts().dropped(request.unit);
  };
  return {
    masterBegins(at) {
      if (ending === undefined) return;
      ending.cancel();
      if (at >= ending.due) frameEnded();
      else ending = undefined;
    },
    hear(bytes, { end, silenceMs: before, isGoingOn }) {
      ear.hear(bytes, { end, silenceMs: before }).forEach(asked);
      const due = end + silenceMs;
      if (!isGoingOn) ending = { due, cancel: clock.after(due - clock.mono(), frameEnded) };
    },
    unreadable: () => ear.unreadable(),
  };
}

type Voices = {
  readonly answer: (slave: LineSlave, heard: Heard) => void;
  readonly noise: (at: number, bytes: Uint8Array) => void;
  readonly overheard: (unit: number, end: number) => void;
  /** Whether a request to another address has been without an answer for less than this. */
  readonly isWaitingForOther: (unit: number, at: number, forMs: number | undefined) => boolean;
};

function voicesOf({ clock, framing, slaves, medium, counts }: SlaveSideOptions): Voices {
  const speakers = new WeakMap<LineSlave, Speaker>();
  let unanswered: { unit: number; end: number }[] = [];
  const speakerOf = (slave: LineSlave): Speaker => {
    const speaker = speakers.get(slave) ?? { role: 'slave' };
    speakers.set(slave, speaker);
    return speaker;
  };
  const say = (by: Speaker, at: number, bytes: Uint8Array): void => {
    clock.after(at - clock.mono(), () => {
      if (by.role === 'slave') unanswered = [];
      medium.speak(by, bytes, { at, characterMs: characterMs(framing) });
    });
  };
  return {
    answer(slave, { request, end }) {
      const answers = slaves.ask(slave, request, end);
      if (answers.length > 0) counts().answered(request.unit);
      for (const { unit, pdu, afterMs, onWire } of answers) {
        const frame = rtuFrame(unit, pdu);
        say(speakerOf(slave), end + afterMs, onWire?.(frame) ?? frame);
      }
    },
    noise: (at, bytes) => say({ role: 'noise' }, at, bytes),
    overheard(unit, end) {
      unanswered = [...unanswered.filter((other) => end - other.end < longestDeafMs), { unit, end }];
    },
    isWaitingForOther: (unit, at, forMs = 0) =>
      unanswered.some((other) => other.unit !== unit && at - other.end < forMs),
  };
}
