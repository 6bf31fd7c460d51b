import { acrel } from './acrel.ts';
import { adelsystem } from './adelsystem.ts';
import { calectro } from './calectro.ts';
import { chint } from './chint.ts';
import { daviteq } from './daviteq.ts';
import { dfrobot } from './dfrobot.ts';
import { eastron } from './eastron.ts';
import { eletechsup } from './eletechsup.ts';
import { generic } from './generic.ts';
import type { GoldenFrames } from './golden-frame.ts';
import { huawei } from './huawei.ts';
import { icpDas } from './icp-das.ts';
import { keller } from './keller.ts';
import { lctech } from './lctech.ts';
import { monnit } from './monnit.ts';
import { notifier } from './notifier.ts';
import { novus } from './novus.ts';
import { phoenixContact } from './phoenix-contact.ts';
import { renke } from './renke.ts';
import { schneider } from './schneider.ts';
import { siemens } from './siemens.ts';
import { waveshare } from './waveshare.ts';
import { wirenboard } from './wirenboard.ts';

/** Every profile that is read by Modbus, at least once with all of its points. */
export const everyGoldenFrame: readonly GoldenFrames[] = [
  ...acrel,
  ...adelsystem,
  ...calectro,
  ...chint,
  ...daviteq,
  ...dfrobot,
  ...eastron,
  ...eletechsup,
  ...generic,
  ...huawei,
  ...icpDas,
  ...keller,
  ...lctech,
  ...monnit,
  ...notifier,
  ...novus,
  ...phoenixContact,
  ...renke,
  ...schneider,
  ...siemens,
  ...waveshare,
  ...wirenboard,
];
