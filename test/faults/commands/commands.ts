import { debian } from '../../support/debian.ts';
import { commandCases } from './cases.ts';
import { storm } from './storm.ts';

/** What nobody may do with a gateway, tried on real processes. */
export async function commands(options: {
  readonly messages: number;
  readonly rounds: number;
  readonly seed: number;
}): Promise<Record<string, number>> {
  if (!debian('mosquitto')) {
    console.log('skipped: mosquitto is not installed (apt-get install mosquitto)');
    return { skipped: 1 };
  }
  console.log(`seed ${options.seed}`);
  const { cases, executed, executedWrongly, wrongOutcome, tried, trespassed } = await commandCases(
    options.rounds,
    options.seed,
  );
  return {
    cases,
    executed,
    executed_wrongly: executedWrongly,
    wrong_outcome: wrongOutcome,
    foreign_topics: tried,
    trespassed,
    ...(await storm(options)),
  };
}
