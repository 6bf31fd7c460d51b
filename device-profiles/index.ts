import { sdm120 } from './eastron/sdm120.ts';
import { callButton } from './generic/call-button.ts';
import { fireMain } from './generic/fire-main.ts';
import { mainsContact } from './generic/mains-contact.ts';
import { municipalHydrant } from './generic/municipal-hydrant.ts';
import { rawRegisters } from './generic/raw-registers.ts';
import { siren } from './generic/siren.ts';
import { wirelessSmokeAlarm } from './generic/wireless-smoke-alarm.ts';
import { relay8 } from './waveshare/relay-8.ts';

export type { PointsOf, ProfileSpec } from '../sdk/model/profile.ts';
export { defineProfile } from './define-profile.ts';

/** Every profile that comes with Fengsui, listed by hand. */
export const profiles = [
  municipalHydrant,
  fireMain,
  wirelessSmokeAlarm,
  callButton,
  mainsContact,
  siren,
  sdm120,
  relay8,
  rawRegisters,
] as const;
