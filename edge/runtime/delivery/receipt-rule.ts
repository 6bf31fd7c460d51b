import { noDelay, type Rule, troubleRule } from '../../alarm/rule.ts';

/** Told on the spot: nobody outside may know. A site may let it drive an output. */
export const alarmNotReceived = 'alarm-not-received';
export const receiptRule: Rule = troubleRule({
  condition: alarmNotReceived,
  onDelay: noDelay,
  offDelay: noDelay,
  source: 'no application has confirmed a fire or a call within delivery.receiptWithinMs',
});
