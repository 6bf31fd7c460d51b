import type { Settings } from '../../edge/point/resolve-address.ts';
import type { ProfileSpec } from '../../sdk/model/profile.ts';

/** What a site that sets nothing has. */
export const defaultSettings = (profile: ProfileSpec): Settings =>
  Object.fromEntries(Object.entries(profile.settings ?? {}).map(([name, setting]) => [name, setting.default]));
