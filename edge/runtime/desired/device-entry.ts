import { z } from 'zod';
import { deviceSchema } from '../config/config-schema.ts';

/** A device that is not in the site's file: as it came, with the bus that it hangs on. */
export const entrySchema = deviceSchema.extend({ bus: z.string() });
export type DeviceEntry = z.infer<typeof entrySchema>;
