import type { CommandAct, SeenRow } from '../../../sdk/model/record.ts';
import type { CommandReceipt, SeenPoint } from '../../../sdk/wire/command.ts';

const longestDetail = 200;

/** Pure. What is written for the record of a command that was taken up. */
export function commandRecord(
  receipt: CommandReceipt,
  who: { readonly client: string; readonly person?: string | undefined },
): { readonly kind: 'audit' } & CommandAct {
  const { audit, device, command, args, risk, state, code, message, signedBy } = receipt;
  const keys = signedBy.join(' + ');
  const what = [command, ...Object.entries(args).map(([name, value]) => `${name} ${value}`)].join(', ');
  return {
    kind: 'audit',
    act: 'command',
    method: 'invoke',
    outcome: code ?? state,
    client: who.client,
    operator: who.person === undefined ? keys : `${who.person} (${keys})`,
    device: device.slice(0, 64),
    detail: (message === undefined ? what : `${what}: ${message}`).slice(0, longestDetail),
    count: 1,
    audit,
    ...(risk && { risk }),
    before: receipt.before.map(rowOf),
    after: receipt.after.map(rowOf),
  };
}

const rowOf = ({ device, point, value }: SeenPoint): SeenRow => [device, point, value ?? null];
