import { describeError } from '../../sdk/model/errors.ts';
import type { DeviceId } from '../../sdk/model/ids.ts';
import type { PointValue } from '../../sdk/model/point.ts';
import { type Millis, millis, seconds } from '../../sdk/model/time.ts';
import { type Rule, troubleRule } from '../alarm/rule.ts';
import { type Causes, causesOf, type LinkageRule, outputKey, wantedOutputs } from '../linkage/linkage.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { LinkageTrail } from './records/linkage-trail.ts';

/** An output that reads back other than it should for this long is a fault. */
const provenWithin = seconds(3);

/** Long enough to be heard, too short to be taken for an alarm. */
const chirpFor = millis(500);

export const notFollowing = 'not-following';

/** The fault of an output that does not do what it is told. */
export const followRule: Rule = troubleRule({
  condition: notFollowing,
  onDelay: provenWithin,
  offDelay: seconds(0),
  source: 'a linked output is proven by feedback (GB/T 26875.3 state bit 6)',
});

export const endNotReached = 'end-not-reached';

/** The fault of an output that was switched on and has not had its effect in time: a barrier that did not reach its end. */
export const endRule = (within: Millis): Rule =>
  troubleRule({
    condition: endNotReached,
    onDelay: within,
    offDelay: seconds(0),
    source: 'the site’s proof of effect: an output that is on but moves nothing is no help',
  });

export type LinkageActor = {
  /** The set of active alarms changed: switch what follows from it, now. */
  readonly update: (causes: Causes) => void;
  /** Lets the sounders of a condition be heard shortly, unless they sound already. */
  readonly chirp: (condition: string) => void;
  /** What an output reads back as: proves that it followed, or says it again. */
  readonly readBack: (output: DeviceId, point: string, value: PointValue) => void;
  /**
   * Leaves an output to a command for a while, unless an alarm wants it on; an alarm that comes meanwhile has it at once.
   * What is given back is as the alarms want it. Nothing for an output that an alarm holds on.
   */
  readonly lend: (output: DeviceId, point: string) => LentOutput | undefined;
  /** What proves the effect of an output. */
  readonly effect: (device: DeviceId, point: string, value: PointValue) => void;
};

/** An output in the hands of a command. */
export type LentOutput = {
  /** An alarm wants it on by now: nobody may switch it off. */
  readonly isWanted: () => boolean;
  readonly giveBack: () => void;
};

/** Cause to effect, at once: waits neither for the disk nor for the network. Every switch is proven by reading back. */
export function linkageActor(ctx: {
  readonly rules: readonly LinkageRule[];
  readonly log: Log;
  readonly clock: Clock;
  readonly write: (output: DeviceId, point: string, on: boolean) => Promise<void>;
  readonly mismatch: (output: DeviceId, isSo: boolean) => void;
  /** Whether an output that is on has not had its effect yet. */
  readonly withoutEffect: (output: DeviceId, isSo: boolean) => void;
  readonly trail: LinkageTrail;
}): LinkageActor {
  const { rules, log, trail } = ctx;
  const outputs = new Map(rules.map((rule) => [outputKey(rule), rule]));
  let wanted: ReadonlyMap<string, boolean> = wantedOutputs(rules, { active: new Set(), sounding: new Set() });
  const chirping = new Set<string>();
  const lent = new Set<string>();
  /** Nothing is told to it, and nothing expected of it. */
  const isLent = (key: string): boolean => lent.has(key) && wanted.get(key) !== true;
  const writing = new Set<string>();
  const proven = new Map<string, boolean>();
  const astray = new Set<string>();
  const withoutEffect = new Set<LinkageRule>();
  /** One output that follows must not hide another one of the same device that does not. */
  const isAstray = (output: DeviceId): boolean => [...astray].some((key) => outputs.get(key)?.output === output);

  const drive = (key: string): void => {
    const rule = outputs.get(key);
    const on = wanted.get(key);
    if (!rule || on === undefined || writing.has(key) || isLent(key)) return;
    writing.add(key);
    ctx
      .write(rule.output, rule.point, on)
      .catch((e: unknown) => {
        const why = describeError(e);
        log.warn('linkage.not-written', { output: key, on, why });
        trail.notWritten(rule, on, why);
      })
      .then(() => {
        writing.delete(key);
        if (wanted.get(key) !== on) drive(key);
      })
      .catch((e: unknown) => log.warn('linkage.bug', { why: describeError(e) }));
  };

  let causes: Causes = { active: new Set(), sounding: new Set() };
  const switchAll = (): void => {
    const next = new Map([...wantedOutputs(rules, causes)].map(([key, on]) => [key, on || chirping.has(key)]));
    const before = wanted;
    wanted = next;
    for (const [key, on] of next) {
      if (before.get(key) === on) continue;
      log.info('linkage.switch', { output: key, on });
      proven.delete(key);
      drive(key);
      const rule = outputs.get(key);
      if (rule) trail.switched(rule, on, causesOf(rules, key, causes));
    }
  };

  return {
    update(next) {
      causes = next;
      switchAll();
    },
    chirp(condition) {
      const keys = rules.filter((rule) => rule.sounder && rule.when.has(condition)).map(outputKey);
      for (const key of keys) chirping.add(key);
      switchAll();
      ctx.clock.after(chirpFor, () => {
        for (const key of keys) chirping.delete(key);
        switchAll();
      });
    },
    lend(output, point) {
      const key = outputKey({ output, point });
      if (wanted.get(key) === true) return undefined;
      lent.add(key);
      return {
        isWanted: () => wanted.get(key) === true,
        giveBack() {
          lent.delete(key);
          drive(key);
        },
      };
    },
    effect(device, point, value) {
      if (value.quality !== 'good') return;
      for (const rule of rules) {
        if (rule.proof?.device !== device || rule.proof.point !== point) continue;
        if (wanted.get(outputKey(rule)) === true && value.value !== true) withoutEffect.add(rule);
        else withoutEffect.delete(rule);
        if (value.value === true) trail.effective(rule, value.at);
        ctx.withoutEffect(
          rule.output,
          [...withoutEffect].some((each) => each.output === rule.output),
        );
      }
    },
    readBack(output, point, value) {
      const key = outputKey({ output, point });
      const on = wanted.get(key);
      if (on === undefined || value.quality !== 'good' || isLent(key)) return;
      const follows = value.value === on;
      if (follows && proven.get(key) !== on) {
        proven.set(key, on);
        log.info('linkage.proven', { output: key, on });
      }
      if (follows) trail.proven({ output, point }, on, value.at);
      if (follows) astray.delete(key);
      else astray.add(key);
      ctx.mismatch(output, isAstray(output));
      if (!follows) drive(key);
    },
  };
}
