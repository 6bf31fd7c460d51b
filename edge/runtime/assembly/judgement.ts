import { type AlarmDesk, alarmDesk } from '../alarms/alarm-desk.ts';
import { type DeliveryDesk, deliveryDesk } from '../delivery/delivery-desk.ts';
import { alarmNotReceived } from '../delivery/receipt-rule.ts';
import { type RiskDesk, riskDesk } from '../risk/risk-desk.ts';
import { walkTestRunning } from '../watch-itself.ts';
import type { Ground } from './ground.ts';
import type { Later } from './later.ts';

/** What is an alarm, at what level of risk, and whether anybody has heard of it. */
export type Judgement = { readonly alarms: AlarmDesk; readonly delivery: DeliveryDesk; readonly risk: RiskDesk };

export async function openJudgement(ground: Ground, later: Later): Promise<Judgement> {
  const { site, gateway, own, shared, reporter } = ground;
  const delivery = own(
    deliveryDesk({
      ...shared,
      within: site.receiptWithin,
      onUrgent: () => later.uplinks().wakeStandby('unless-connected'),
      onLate: (isLate) => {
        alarms.trouble(gateway, alarmNotReceived, isLate);
        if (isLate) later.uplinks().wakeStandby('now');
      },
    }),
  );
  const alarms = await alarmDesk({
    ...shared,
    zones: site.zones,
    onChange: (change) => {
      later.fields().alarmsChanged();
      delivery.judged(change);
      reporter.touch();
    },
    onStored: (seq, change) => {
      delivery.stored(seq, change);
      later.uplinks().wake('alarm');
    },
    onChirp: (condition) => later.fields().chirp(condition),
    onWalkTest: (isRunning) => alarms.trouble(gateway, walkTestRunning, isRunning),
  });
  const risk = await riskDesk({
    ...shared,
    windows: site.riskCalendar,
    clock: shared.clock.calendar,
    onLevel: later.applyDevices,
  });
  return { alarms, delivery, risk };
}
