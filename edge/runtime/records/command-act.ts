import type { CommandAct } from '../../../sdk/model/record.ts';
import { type Fields, fieldsOf, isList, isText } from '../../../sdk/wire/parse.ts';
import type { Data } from '../../../sdk/wire/request.ts';
import type { CommandOutcome } from '../../uplink/request-desk.ts';
import { personAt } from '../person-at.ts';

/** Whoever acknowledges, resets, silences or suppresses an alarm is named in its change: that is record enough. */
const toldByAlarms: ReadonlySet<string> = new Set(['acknowledge', 'reset', 'silence', 'suppress', 'unsuppress']);
const longestDetail = 200;

/** Pure. What is to be recorded of a command, if anything is. */
export function commandAct({ client, method, params, operator, refused }: CommandOutcome): CommandAct | undefined {
  // A command to a device that was taken up is recorded with its outcome.
  if (!refused && (toldByAlarms.has(method) || method === 'invoke')) return undefined;
  const p = fieldsOf(isMap(params) ? params : {}, 'params');
  const target = targetOf(p);
  const detail = (refused ? refused.message : detailOf(method, p)).slice(0, longestDetail);
  return {
    act: 'command',
    method,
    outcome: refused ? refused.code : 'done',
    client,
    ...(operator !== undefined && { operator: isText(p.raw('operator')) ? personAt(p, operator) : operator }),
    ...target,
    ...(detail !== '' && { detail }),
    count: 1,
  };
}

const isMap = (params: Data): boolean =>
  typeof params === 'object' && params !== null && !isList(params) && !(params instanceof Uint8Array);

/** What comes with a refused command may be anything, of any length. */
function targetOf(p: Fields): Pick<CommandAct, 'device' | 'condition'> {
  const raw = p.raw('device');
  const id = typeof raw === 'object' && raw !== null && 'id' in raw ? raw.id : raw;
  const condition = p.raw('condition');
  return {
    ...(isText(id) && { device: id.slice(0, 64) }),
    ...(isText(condition) && { condition: condition.slice(0, 64) }),
  };
}

function detailOf(method: string, p: Fields): string {
  if (method === 'setRiskLevel') return `${p.text('level')}: ${p.text('why')}`;
  if (method === 'startWalkTest')
    return `${p.has('zone') ? `zone ${p.text('zone')}` : `${p.list('devices').length} devices`}, ${p.number('minutes')} min, ${p.text('sounders')}`;
  if (method === 'provision') return p.fields('device').text('profile');
  return '';
}
