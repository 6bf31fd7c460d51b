/**
 * The water network of a small village as EPANET reads it: a clear well with a pump below, an elevated tank on the
 * hill, and a looped grid of street mains with hydrants on short branches. Invented, with usual sizes.
 *
 *      well ─(pump)─ j1 ─── j2 ─── j3 ─── j4          tank ─ j2
 *                     │      │      │      │
 *                    j5 ─── j6 ─── j7 ─── j8          a hydrant on each corner but four,
 *                     │      │      │      │          the fire main at j3,
 *                    j9 ── j10 ── j11 ── j12 ──── hydrant-8 at the end of a long branch
 */
export type PipePlan = {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  /** Metres and millimetres. */
  readonly length: number;
  readonly diameter: number;
};

/** Ground level in metres, and the mean draw of the households around in litres per second. */
type JunctionPlan = { readonly id: string; readonly elevation: number; readonly demand: number };

export const tank = { id: 'tank', bottom: 42, diameter: 7, startLevel: 3, minLevel: 0.1, maxLevel: 4 } as const;

/** A float in the tank switches the pump: levels in metres. */
export const pump = { id: 'pump', startLevel: 2.5, stopLevel: 3.8 } as const;

/** Where a transmitter sits. The fire main serves the hydrants inside the village hall. */
export const taps = [
  'hydrant-1',
  'hydrant-2',
  'hydrant-3',
  'hydrant-4',
  'hydrant-5',
  'hydrant-6',
  'hydrant-7',
  'hydrant-8',
  'fire-main',
] as const;
export type Tap = (typeof taps)[number];

const junctions: readonly JunctionPlan[] = [
  { id: 'j1', elevation: 7, demand: 0.1 },
  { id: 'j2', elevation: 9, demand: 0.15 },
  { id: 'j3', elevation: 8, demand: 0.2 },
  { id: 'j4', elevation: 10, demand: 0.15 },
  { id: 'j5', elevation: 6, demand: 0.15 },
  { id: 'j6', elevation: 7, demand: 0.2 },
  { id: 'j7', elevation: 8, demand: 0.2 },
  { id: 'j8', elevation: 11, demand: 0.15 },
  { id: 'j9', elevation: 5, demand: 0.1 },
  { id: 'j10', elevation: 6, demand: 0.15 },
  { id: 'j11', elevation: 9, demand: 0.15 },
  { id: 'j12', elevation: 13, demand: 0.1 },
];

const main = (from: number, to: number, length: number, diameter = 100): PipePlan => ({
  id: `main-${from}-${to}`,
  from: `j${from}`,
  to: `j${to}`,
  length,
  diameter,
});
const branch = (tap: Tap, at: number, length: number): PipePlan => ({
  id: `branch-${tap}`,
  from: `j${at}`,
  to: tap,
  length,
  diameter: 100,
});

const mains = [
  main(1, 2, 140, 150),
  main(2, 3, 130),
  main(3, 4, 150),
  main(5, 6, 140),
  main(6, 7, 130),
  main(7, 8, 150),
  main(9, 10, 140),
  main(10, 11, 130),
  main(11, 12, 150),
  main(1, 5, 120),
  main(2, 6, 110),
  main(3, 7, 115),
  main(4, 8, 120),
  main(5, 9, 125),
  main(6, 10, 110),
  main(7, 11, 120),
  main(8, 12, 130),
] as const;
const branches = [
  branch('hydrant-1', 1, 8),
  branch('hydrant-2', 3, 10),
  branch('hydrant-3', 4, 8),
  branch('hydrant-4', 6, 6),
  branch('hydrant-5', 8, 10),
  branch('hydrant-6', 9, 8),
  branch('hydrant-7', 11, 6),
  branch('hydrant-8', 12, 180),
  branch('fire-main', 3, 30),
] as const;

/** Every pipe that can burst. */
export const pipes: readonly PipePlan[] = [
  { id: 'rising-main', from: 'j2', to: tank.id, length: 260, diameter: 150 },
  ...mains,
  ...branches,
];

/** The node in the middle of a pipe where it bursts. */
export const breakOf = (pipe: string): string => `${pipe}-break`;

/** Ground level of a node. A tap stands one metre above the junction its branch leaves from. */
function elevationOf(node: string): number {
  const junction = junctions.find(({ id }) => id === node);
  if (junction !== undefined) return junction.elevation;
  const branch = branches.find(({ to }) => to === node);
  return branch === undefined ? tank.bottom : 1 + elevationOf(branch.from);
}

/**
 * The network in EPANET's input format: litres per second, metres, millimetres, Hazen-Williams with C = 120.
 * Demand falls off below 10 m of pressure, so that an empty network does not suck.
 */
export function networkText(): string {
  return [
    '[JUNCTIONS]',
    ...junctions.map(({ id, elevation, demand }) => `${id} ${elevation} ${demand}`),
    ...branches.map((pipe) => `${pipe.to} ${elevationOf(pipe.to)} 0`),
    ...pipes.map(({ id, from, to }) => `${breakOf(id)} ${(elevationOf(from) + elevationOf(to)) / 2} 0`),
    '[RESERVOIRS]',
    'well 4',
    '[TANKS]',
    `${tank.id} ${tank.bottom} ${tank.startLevel} ${tank.minLevel} ${tank.maxLevel} ${tank.diameter} 0`,
    '[PIPES]',
    ...pipes.flatMap(halves),
    '[PUMPS]',
    `${pump.id} well j1 HEAD lift`,
    '[CURVES]',
    'lift 6 48', // 6 L/s at 48 m; EPANET draws the usual curve through it: 64 m shut off, 12 L/s at no head
    '[OPTIONS]',
    'UNITS LPS',
    'HEADLOSS H-W',
    'DEMAND MODEL PDA',
    'MINIMUM PRESSURE 0',
    'REQUIRED PRESSURE 10',
    'PRESSURE EXPONENT 0.5',
    'BACKFLOW ALLOWED NO', // nothing flows in through an open hydrant
    'ACCURACY 0.001', // EPANET's own; with 0.0001 it circles at low flow and warns
    '[END]',
  ].join('\n');
}

/** A pipe is two halves with the place of its break between them. */
function halves(pipe: PipePlan): string[] {
  const size = `${pipe.length / 2} ${pipe.diameter} 120 0 Open`;
  return [
    `${pipe.id}-a ${pipe.from} ${breakOf(pipe.id)} ${size}`,
    `${pipe.id}-b ${breakOf(pipe.id)} ${pipe.to} ${size}`,
  ];
}
