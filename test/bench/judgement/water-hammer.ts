const density = 1_000;
/** Of the wave in pipes of ductile iron and PVC, m/s. */
const waveSpeed = 1_000;
const boreM = 0.1;
/** Between a hydrant and its neighbour the wave passes two junctions: 2/4 and 2/3 of it go on. */
const passedOn = (2 / 4) * (2 / 3);
/** Way to the tank, where the wave turns round, m. */
const toTank = 700;
/** Friction and junctions eat it up, s. */
const dampedIn = 3;

/**
 * What a neighbour's gauge shows above its rest after a hydrant was shut at once, MPa: Joukowsky's surge, damped.
 * @param since seconds since the valve struck
 */
export function surge(litresPerSecond: number, since: number): number {
  if (since < 0) return 0;
  const velocity = litresPerSecond / 1_000 / ((Math.PI / 4) * boreM ** 2);
  const megapascals = (density * waveSpeed * velocity) / 1e6;
  const period = (4 * toTank) / waveSpeed;
  return passedOn * megapascals * Math.exp(-since / dampedIn) * Math.cos((2 * Math.PI * since) / period);
}
