import { type FurtherCheck, loadConfig } from '../../runtime/config/load-config.ts';
import type { Site } from '../../runtime/config/site.ts';
import { assumedAnswer } from '../../runtime/field/bus-endpoint.ts';
import { loadOf } from '../../runtime/field/bus-load.ts';
import { howLate, inPercent, inSeconds } from '../../runtime/field/load-words.ts';
import { overload } from '../../runtime/field/overload.ts';
import { busiestCommitSeconds, commitsPerDay, lostSeconds, readingsOfChunk } from '../../runtime/wear/commit-cost.ts';
import { yearsAt } from '../../runtime/wear/wear-account.ts';
import { identityLines } from './identity-lines.ts';

/** Prints what a configuration would make the gateway do. @throws FengsuiError CONFIG with every problem. */
export async function checkConfig(file: string): Promise<void> {
  const site = await loadConfig(file, slowBuses);
  const { district, town, gateway } = site.address;
  const lines = [
    `${file} is valid.`,
    `gateway   ${gateway} “${site.name}” in ${district}/${town}`,
    `uplinks   ${site.uplinks.map((u) => `${u.id} → ${u.urls.join(' or ')}`).join(', ') || 'none: alarms stay on this gateway'}`,
    ...(await identityLines(site)),
    `operators ${[...site.operators.keys()].join(', ') || 'none: nobody can change anything from outside, and an alarm counts as delivered when the broker took it'}`,
    `journal   ${site.journal.path}, ${site.journal.maxBytes / 1_048_576} MiB; a power cut loses at most ${lostSeconds(site.journal)} s of readings and no alarm`,
    syncLine(site),
    chunkLine(site),
    cardLine(site),
    `history   ${site.journal.history.days} days, at most ${site.journal.history.maxBytes / 1_048_576} MiB beside the journal`,
    ...busLines(site),
    ...site.linkage.map((rule) => `linkage   ${[...rule.when].join(' or ')} → ${rule.output}/${rule.point}`),
    ...unverified(site),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** What it means who syncs. */
function syncLine({ journal }: Site): string {
  const means = {
    always: 'each commit of readings is on the disk when it ends',
    os: 'the kernel writes readings when it likes, some 30 s after their commit: fewer writes, and after a power cut numbering leaves a gap that the platform is told of',
  };
  return `          fsync ${journal.fsync}: ${means[journal.fsync]}; alarms are synced always`;
}

/** What the chunk means for a busy site. */
function chunkLine(site: Site): string {
  const { commitMs, chunkBytes } = site.journal;
  const seconds = busiestCommitSeconds(site);
  const often =
    seconds * 1_000 < commitMs
      ? `if every value changed with every read there would be a commit every ${seconds.toFixed(1)} s`
      : `which this site does not read within ${commitMs / 1_000} s`;
  return `          a commit comes early once ${chunkBytes / 1_024} KiB wait, some ${readingsOfChunk(site.journal)} readings: ${often}`;
}

/** What the commit interval means for the card. */
function cardLine(site: Site): string {
  const { commitMs, cardTbw } = site.journal;
  const mb = (bytes: number): string => (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);
  const { bytes, perAlarm } = commitsPerDay(site);
  const years = Math.floor(yearsAt(bytes, cardTbw));
  const lasts = years >= 100 ? 'more than 100 years' : `about ${years} years`;
  return `card      about ${mb(bytes)} MB a day at a commit every ${commitMs / 1_000} s while values stay as they are, and ${(perAlarm / 1e3).toFixed(0)} kB each alarm change; a card for ${cardTbw} TB (cardTbw) lasts ${lasts} at that`;
}

const slowBuses: FurtherCheck = ({ buses, devices }) =>
  buses.flatMap((bus, i) => {
    const message = overload(bus, devices);
    return message === undefined ? [] : [{ path: ['buses', i], message }];
  });

function busLines({ buses, devices }: Site): readonly string[] {
  return buses.flatMap((bus) => {
    const ids = devices.filter((d) => d.bus === bus.id).map((d) => d.id);
    const load = loadOf(bus, devices);
    const head = `bus       ${bus.id} (${bus.kind}): ${ids.join(', ') || 'no devices'}`;
    if (!load || load.units.length === 0) return [head];
    return [
      head,
      `          everything once takes ${inSeconds(load.cycle)}; line in use ${inPercent(load.utilisation)}; computed for answers that begin within ${inSeconds(assumedAnswer)}`,
      ...howLate(load).map(
        (alike) => `          unit ${alike.units.join(', ')} (${alike.devices.join(', ')}): ${alike.said}`,
      ),
      ...(load.units.every((unit) => unit.isKept)
        ? []
        : ['          slower than its periods ask for, which this site accepts (acceptSlow)']),
    ];
  });
}

function unverified({ devices }: Site): readonly string[] {
  const profiles = [...new Set(devices.map((d) => d.profile))];
  return profiles.flatMap(({ id, unverified: why }) =>
    why === undefined ? [] : [`note      ${id} is not verified: ${why}`],
  );
}
