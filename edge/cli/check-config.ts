import { loadConfig } from '../runtime/config/load-config.ts';

/** Prints what a configuration would make the gateway do. @throws FengsuiError CONFIG with every problem. */
export async function checkConfig(file: string): Promise<void> {
  const site = await loadConfig(file);
  const { district, town, gateway } = site.address;
  const lines = [
    `${file} is valid.`,
    `gateway   ${gateway} “${site.name}” in ${district}/${town}`,
    `uplinks   ${site.uplinks.map((u) => `${u.id} → ${u.url}`).join(', ') || 'none: alarms stay on this gateway'}`,
    `operators ${[...site.operators.keys()].join(', ') || 'none: nobody can change anything from outside, and an alarm counts as delivered when the broker took it'}`,
    `journal   ${site.journal.path}, ${site.journal.maxBytes / 1_048_576} MiB; a power cut loses at most ${site.journal.commitMs / 1_000} s of readings and no alarm`,
    ...site.buses.map((bus) => {
      const devices = site.devices.filter((d) => d.bus === bus.id);
      return `bus       ${bus.id} (${bus.kind}): ${devices.map((d) => d.id).join(', ') || 'no devices'}`;
    }),
    ...site.linkage.map((rule) => `linkage   ${[...rule.when].join(' or ')} → ${rule.output}/${rule.point}`),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
