import type { DeviceId } from '../../../sdk/model/ids.ts';
import type { OutputAccess } from '../field/field-desk.ts';
import { is } from './carry-out.ts';
import { notProven } from './command-rules.ts';
import type { OpenProofs } from './open-proofs.ts';
import type { Wanted } from './order.ts';

/** Raises the fault of an effect that was not proven, and clears it when the proof is seen after all. */
export type ProofWatch = {
  readonly note: (device: DeviceId, proof: Wanted, isProven: boolean) => void;
  readonly end: () => void;
};

export function proofWatch(ctx: {
  readonly outputs: OutputAccess;
  readonly openProofs: OpenProofs;
  readonly fault: (device: DeviceId, condition: string, isSo: boolean) => void;
}): ProofWatch {
  const { outputs, openProofs: open, fault } = ctx;
  const clear = (device: DeviceId): void => {
    open.remove(device);
    fault(device, notProven, false);
  };
  const end = outputs.watch((device, point, value) => {
    for (const [owner, proof] of open.all())
      if (proof.device === device && proof.point === point && is(value, proof)) clear(owner);
  });
  return {
    note(device, proof, isProven) {
      if (isProven) return clear(device);
      open.put(device, proof);
      fault(device, notProven, true);
    },
    end,
  };
}
