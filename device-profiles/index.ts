import { aimR100 } from './acrel/aim-r100.ts';
import { asj } from './acrel/asj.ts';
import { cbi } from './adelsystem/cbi.ts';
import { ug3 } from './calectro/ug-3.ts';
import { dtsu666 } from './chint/dtsu666.ts';
import { ws433 } from './daviteq/ws433.ts';
import { wssfcUlc } from './daviteq/wssfc-ulc.ts';
import { sen0352 } from './dfrobot/sen0352.ts';
import { sdm120 } from './eastron/sdm120.ts';
import { r4dcb08 } from './eletechsup/r4dcb08.ts';
import { barrier } from './generic/barrier.ts';
import { barrierRelay } from './generic/barrier-relay.ts';
import { callButton } from './generic/call-button.ts';
import { currentLoop } from './generic/current-loop.ts';
import { ebikeInLift } from './generic/ebike-in-lift.ts';
import { endSwitch } from './generic/end-switch.ts';
import { fireMain } from './generic/fire-main.ts';
import { indoorHydrant } from './generic/indoor-hydrant.ts';
import { mainsContact } from './generic/mains-contact.ts';
import { municipalHydrant } from './generic/municipal-hydrant.ts';
import { rawRegisters } from './generic/raw-registers.ts';
import { siren } from './generic/siren.ts';
import { waterLevel } from './generic/water-level.ts';
import { wirelessSmokeAlarm } from './generic/wireless-smoke-alarm.ts';
import { ups2000 } from './huawei/ups2000.ts';
import { m7002 } from './icp-das/m-7002.ts';
import { kellerSeries30 } from './keller/series-30.ts';
import { lctechRelayBoard } from './lctech/relay-board.ts';
import { monnitSlot } from './monnit/serial-gateway-slot.ts';
import { modbusGwPoint } from './notifier/modbus-gw-point.ts';
import { np785 } from './novus/np785.ts';
import { quint4Ups } from './phoenix-contact/quint4-ups.ts';
import { rsYgN01 } from './renke/rs-yg-n01.ts';
import { vigirexRhu } from './schneider/vigirex-rhu.ts';
import { fc20Element, fc20PowerSupply, fc20Zone } from './siemens/fc20.ts';
import { waveshareBarrierRelay } from './waveshare/barrier-relay.ts';
import { relay8 } from './waveshare/relay-8.ts';
import { wbUpsV3 } from './wirenboard/wb-ups-v3.ts';

export type { PointsOf, ProfileSpec } from '../sdk/model/profile.ts';
export { checkProfile, type ProfileProblem } from './check-profile.ts';
export { defineProfile } from './define-profile.ts';

/** Every profile that comes with Fengsui, listed by hand. */
export const profiles = [
  // Water
  municipalHydrant,
  fireMain,
  indoorHydrant,
  waterLevel,
  kellerSeries30,
  sen0352,
  np785,
  currentLoop,
  // Smoke, fire alarm control units and wireless receivers
  wirelessSmokeAlarm,
  rsYgN01,
  ug3,
  modbusGwPoint,
  fc20Zone,
  fc20Element,
  fc20PowerSupply,
  ws433,
  wssfcUlc,
  monnitSlot,
  // Electrical fire
  asj,
  aimR100,
  vigirexRhu,
  r4dcb08,
  // Supply
  sdm120,
  dtsu666,
  mainsContact,
  ups2000,
  cbi,
  quint4Ups,
  wbUpsV3,
  // Calls and outputs
  callButton,
  ebikeInLift,
  endSwitch,
  barrier,
  barrierRelay,
  siren,
  waveshareBarrierRelay,
  relay8,
  lctechRelayBoard,
  m7002,
  rawRegisters,
] as const;
