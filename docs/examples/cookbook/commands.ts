import { type CommandProposal, type DeviceAddress, type Fengsui, FengsuiError } from 'fengsui';

/** Opens a barrier, and says what became of it. Nothing is ever sent twice. */
export async function openBarrier(fs: Fengsui, address: DeviceAddress): Promise<string> {
  const barrier = fs.devices.get(address).as('generic/barrier');
  try {
    const { state, auditId } = await fs.commands.invoke(barrier, 'open', {}, { operator: '李伟', deadlineMs: 10_000 });
    return `${state} ${auditId}`; // verified: its end switch has told so
  } catch (e) {
    if (!FengsuiError.is(e) || e.auditId === undefined) throw e;
    // OUTCOME_UNKNOWN: the reply was lost. Look before anybody presses again.
    const { state } = await fs.commands.status(address.gateway, e.auditId);
    return `${e.code}: ${state} ${e.auditId}`;
  }
}

/** Two persons: the first signs, the second reads what the bytes say, and signs, too. Each has a client and a key of their own. */
export async function byTwo(first: Fengsui, second: Fengsui, address: DeviceAddress): Promise<string> {
  const fs = first;
  const { bytes } = await fs.commands.propose(fs.devices.get(address).as('generic/barrier'), 'open', {});
  return secondPerson(second, bytes, ({ text }) => text.en.length > 0);
}

async function secondPerson(
  fs: Fengsui,
  bytes: Uint8Array,
  agrees: (proposal: CommandProposal) => boolean,
): Promise<string> {
  if (!agrees(fs.commands.review(bytes))) return 'refused';
  const { state } = await fs.commands.approve(bytes);
  return state;
}

/** Everything that anybody has commanded on a gateway, as it is recorded there; refused ones, too. */
export async function firstCommand(fs: Fengsui, gateway: string, act: () => Promise<unknown>): Promise<string> {
  const recorded = fs.commands.audit({ gateway });
  await act();
  for await (const { method, device, outcome } of recorded) return `${method} ${device} ${outcome}`;
  throw new Error('the client was closed');
}
