import { activeAlarm } from '../alarm-commands.ts';
import { configPage, localChange } from '../desired/answers.ts';
import { historyAnswer } from '../history-answer.ts';
import { type LocalAnswers, serveLocal } from '../local/serve-local.ts';
import { recordsAnswer } from '../records/records-answer.ts';
import type { DesiredSide } from './desired-side.ts';
import type { FieldSide } from './field-side.ts';
import type { Ground } from './ground.ts';
import type { Judgement } from './judgement.ts';
import type { UplinkSide } from './uplink-side.ts';

type Opened = {
  readonly ground: Ground;
  readonly judgement: Judgement;
  readonly field: FieldSide;
  readonly desired: DesiredSide;
  readonly uplink: UplinkSide;
};

/** Lets whoever is on this host ask the gateway, and change its devices. */
export async function openLocalSide({ ground, judgement, field, desired, uplink }: Opened): Promise<void> {
  const { site, own, shared, devices, time } = ground;
  const { journal } = shared;
  const answers: LocalAnswers = {
    status: uplink.status,
    alarms: () => ({ alarms: judgement.alarms.standing().map((change) => activeAlarm(change, time.clocks())) }),
    history: (p) => historyAnswer({ journal, flush: field.fields.recorder.flush }, p),
    records: (p) => recordsAnswer({ journal, clocks: time.clocks() }, p),
    config: (p) => ({ ...configPage(site, devices, p.has('after') ? p.text('after') : undefined) }),
    device: async (p) => {
      await desired.desired.changeOnSite(localChange(p));
      return { configVersion: devices.version };
    },
  };
  own(await serveLocal(site.journal.path, answers, shared));
}
