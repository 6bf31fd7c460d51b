import { InitHydOption, LinkProperty, NodeProperty, Option, Project, Workspace } from 'epanet-js';
import { FengsuiError } from '../../sdk/model/errors.ts';
import { networkText, pump, tank } from './village-network.ts';

/** The village's network inside EPANET. Changes show after `solve`. Metres and litres per second. */
export type Hydraulics = Disposable & {
  /** Flow out of a node at 1 m of pressure, L/s; it grows with the root of the pressure. 0 closes it. */
  setOpening(node: string, coefficient: number): void;
  /** Local loss of a pipe, as a multiple of the velocity head. */
  setLoss(pipe: string, coefficient: number): void;
  setPump(isOn: boolean): void;
  setTankLevel(metres: number): void;
  /** Multiplies what every household draws. */
  setDemand(factor: number): void;
  /** @throws FengsuiError UNAVAILABLE with EPANET's own words when it finds no solution. */
  solve(): void;
  pressure(node: string): number;
  flow(node: string): number;
  /** Negative while the tank drains. */
  tankInflow(): number;
};

export async function loadHydraulics(): Promise<Hydraulics> {
  const workspace = new Workspace();
  await workspace.loadModule();
  const project = new Project(workspace);
  open(workspace, project);
  const pumpIndex = project.getLinkIndex(pump.id);
  const indexOf = remembered((node) => project.getNodeIndex(node));
  const linkOf = remembered((link) => project.getLinkIndex(link));
  const value = (node: string, property: NodeProperty): number => project.getNodeValue(indexOf(node), property);
  const set = (node: string, property: NodeProperty, to: number): void =>
    project.setNodeValue(indexOf(node), property, to);
  return {
    setOpening: (node, coefficient) => set(node, NodeProperty.Emitter, coefficient),
    setLoss: (pipe, coefficient) => project.setLinkValue(linkOf(`${pipe}-a`), LinkProperty.MinorLoss, coefficient), // its first half
    setPump: (isOn) => project.setLinkValue(pumpIndex, LinkProperty.InitStatus, isOn ? 1 : 0),
    setTankLevel: (metres) => set(tank.id, NodeProperty.TankLevel, metres),
    setDemand: (factor) => project.setOption(Option.DemandMult, factor),
    solve: () => solve(project),
    pressure: (node) => value(node, NodeProperty.Pressure),
    flow: (node) => value(node, NodeProperty.Demand),
    tankInflow: () => value(tank.id, NodeProperty.Demand),
    [Symbol.dispose]() {
      project.closeH();
      project.close();
    },
  };
}

function open(workspace: Workspace, project: Project): void {
  workspace.writeFile('village.inp', networkText());
  try {
    project.open('village.inp', 'village.rpt', 'village.bin');
    project.openH();
  } catch (e) {
    project.close(); // the report is written out only then
    throw new FengsuiError('INVALID', `EPANET refuses the network: ${workspace.readFile('village.rpt')}`, { cause: e });
  }
}

/** Gauges are read at the pace of a bus; looking a name up inside WASM each time would cost most of it. */
function remembered(look: (name: string) => number): (name: string) => number {
  const known = new Map<string, number>();
  return (name) => {
    const index = known.get(name) ?? look(name);
    known.set(name, index);
    return index;
  };
}

/** One moment: the tank's balance over time is ours, so that valves and breaks can change between any two steps. */
function solve(project: Project): void {
  try {
    project.initH(InitHydOption.InitFlow); // from scratch: the answer must not depend on what was before
    project.runH();
  } catch (e) {
    throw new FengsuiError('UNAVAILABLE', 'EPANET finds no solution for the water network', { cause: e });
  }
}
