import { GB200, H200, type Machine, MI300X } from './machines.ts';
import { unit } from './noise.ts';

/** What a row's GPUs do all day. */
export type Work = 'training' | 'inference';

export interface RowPlan {
  readonly name: string;
  readonly hall: string;
  readonly work: Work;
  readonly budgetKw: number;
  /** Climbs to its budget and is held there; one row of a fleet. */
  readonly climbs: boolean;
  /** Load fades during the first hour instead of holding. */
  readonly fades: boolean;
  /** Draw of all its racks when the script begins. */
  drawKw: number;
}

export interface RackPlan {
  readonly name: string;
  readonly row: number;
  readonly budgetKw: number;
  /** Draw when the script begins. */
  readonly drawKw: number;
  readonly machine: Machine;
  readonly firstNode: number;
  readonly nodes: number;
  /** dcgm-exporter ≥ 4.6 with the new field names and `hostname`; else the legacy names and `Hostname`. */
  readonly newNames: boolean;
  /** GPUs (by index in the rack) that cooling does not reach well, and what then slows them. */
  readonly hot: ReadonlySet<number>;
  readonly hotReason: 'hw' | 'sw';
  /** Leaf switch of this rack's first rail is overrun. */
  readonly saturatedLeaf: boolean;
}

export interface NodePlan {
  readonly name: string;
  readonly rack: number;
  /** Position in the rack, from 0. */
  readonly slot: number;
  readonly firstGpu: number;
  readonly gpus: number;
  /** Its exporters hang up on everyone. */
  readonly silent: boolean;
  /** The model that an inference server on all its GPUs serves; '' where none runs. */
  readonly serves: string;
  /** Number of the Slurm job on all its GPUs, one a training row; '' where none runs. */
  readonly job: string;
}

/** The fleet as built: halls, rows, racks, nodes in floor order; GPUs are numbered node after node. */
export interface FleetPlan {
  readonly site: string;
  readonly siteBudgetKw: number;
  readonly halls: readonly { readonly name: string; readonly budgetKw: number }[];
  readonly rows: readonly RowPlan[];
  readonly racks: readonly RackPlan[];
  readonly nodes: readonly NodePlan[];
  readonly gpus: number;
  /** Its nodes have a BMC that is read by ipmi_exporter. */
  readonly bmc: boolean;
  /** Halls whose racks have an Ethernet leaf each that is read by snmp_exporter. */
  readonly ethernet: readonly string[];
}

const FIRST_JOB = 4711;
const NONE: ReadonlySet<number> = new Set();
const two = (n: number): string => String(n).padStart(2, '0');

class Builder {
  readonly rows: RowPlan[] = [];
  readonly racks: RackPlan[] = [];
  readonly nodes: NodePlan[] = [];
  gpus = 0;

  row(row: Omit<RowPlan, 'drawKw'>): void {
    this.rows.push({ ...row, drawKw: 0 });
  }

  /** Adds a rack to the last row; `more` sets what is special about it. */
  rack(options: {
    machine: Machine;
    nodes: number;
    gpusPerNode: number;
    drawKw: number;
    budgetKw: number;
    newNames: boolean;
    position: number;
    more?: Partial<Pick<RackPlan, 'hot' | 'hotReason' | 'saturatedLeaf'>>;
    silentNode?: number;
    serves?: string;
  }): void {
    const row = this.rows.length - 1;
    const name = `${this.rows[row].name}-${two(options.position)}`;
    const { machine, nodes, drawKw, budgetKw, newNames } = options;
    const rack = this.racks.length;
    this.racks.push({
      ...{ name, row, budgetKw, drawKw, machine, nodes, newNames, firstNode: this.nodes.length },
      ...{ hot: NONE, hotReason: 'hw', saturatedLeaf: false },
      ...options.more,
    });
    this.rows[row].drawKw += drawKw;
    for (let slot = 0; slot < nodes; slot++) {
      const label = nodes > 9 ? two(slot + 1) : String(slot + 1);
      const silent = options.silentNode === slot;
      const gpus = options.gpusPerNode;
      this.nodes.push({
        name: `${name}-n${label}`,
        rack,
        slot,
        firstGpu: this.gpus,
        gpus,
        silent,
        serves: options.serves ?? '',
        job: this.rows[row].work === 'training' ? String(FIRST_JOB + row) : '',
      });
      this.gpus += gpus;
    }
  }
}

/** Draws in kW of the drawing's racks (design/ui, overview), row after row. */
const DRAWN = {
  A1: [104.1, 106.0, 101.8, 108.3, 105.5, 103.2, 107.4, 101.7],
  A2: [121.2, 118.9, 122.6, 120.4, 129.4, 124.8, 121.0, 119.7],
  B1: [31.2, 30.4, 33.0, 29.8, 28.4, 32.1, 30.7],
  B2: [27.6, 28.9, 26.3, 29.4, 30.2, 27.1, 28.0],
  B3: [34.8, 36.1, 35.2, 37.4, 26.9, 33.5, 34.6],
  B4: [22.1, 24.6, 12.3, 23.8, 25.0, 21.6, 24.2],
};

/**
 * The fleet of the drawing: site PDX-1, hall A training on 16 GB200 NVL72 racks, hall B inference on 28 racks of
 * HGX H200; 44 racks, 400 nodes, 2,048 GPUs. A2 climbs to its cap, A2-05 runs hot, B3-04 is warm, leaf-A-17, on which
 * the first ports of A1-05 hang, is overrun (fabric.ts), B3-05-n2 is silent. Hall B has Ethernet leaves (ethernet.ts).
 */
export function drawnPlan(): FleetPlan {
  const build = new Builder();
  for (const [name, draws] of Object.entries(DRAWN)) {
    const hall = name[0];
    const training = hall === 'A';
    const work = training ? 'training' : 'inference';
    build.row({ name, hall, work, budgetKw: training ? 1000 : 308, climbs: name === 'A2', fades: name === 'B4' });
    draws.forEach((drawKw, i) => {
      const at = `${name}-${two(i + 1)}`;
      build.rack({
        machine: training ? GB200 : H200,
        nodes: training ? 18 : 4,
        gpusPerNode: training ? 4 : 8,
        drawKw,
        budgetKw: training ? 132 : 44,
        newNames: training,
        position: i + 1,
        more: {
          // A2-05: the eight cells drawn over their share; t12-g2 among them. B3-04: twelve, spread over the rack.
          ...(at === 'A2-05' ? { hot: new Set([2, 16, 17, 20, 37, 45, 47, 62]) } : {}),
          ...(at === 'B3-04'
            ? { hot: new Set([2, 3, 5, 9, 10, 11, 17, 18, 25, 26, 28, 31]), hotReason: 'sw' as const }
            : {}),
          saturatedLeaf: at === 'A1-05',
        },
        silentNode: at === 'B3-05' ? 1 : undefined,
      });
    });
  }
  return {
    site: 'PDX-1',
    siteBudgetKw: 3400,
    halls: [
      { name: 'A', budgetKw: 2000 },
      { name: 'B', budgetKw: 1300 },
    ],
    rows: build.rows,
    racks: build.racks,
    nodes: build.nodes,
    gpus: build.gpus,
    bmc: false,
    ethernet: ['B'],
  };
}

const NODES_A_RACK = 4;
const RACKS_A_ROW = 8;
const ROWS_A_HALL = 16;

/** A, B … Z, AA, AB …, as spreadsheets count columns. */
function letters(index: number): string {
  const last = String.fromCharCode(65 + (index % 26));
  return index < 26 ? last : letters(Math.floor(index / 26) - 1) + last;
}

/**
 * A fleet of any size: HGX H200, 4 nodes a rack, 8 racks a row, 16 rows a hall. Rows train and serve in turn, racks
 * take the new and the legacy metric names in turn, the first row climbs to its cap, unless all is calm. No node is silent, so that
 * whoever asks for N nodes can count N.
 */
export function sizedPlan(nodes: number, gpusPerNode: number, seed: number, calm = false): FleetPlan {
  const build = new Builder();
  const halls: { name: string; budgetKw: number }[] = [];
  const rackKw = round((44 * gpusPerNode) / H200.gpusPerNode);
  for (let left = nodes, rowIndex = 0; left > 0; rowIndex++) {
    const hall = letters(Math.floor(rowIndex / ROWS_A_HALL));
    if (rowIndex % ROWS_A_HALL === 0) halls.push({ name: hall, budgetKw: 0 });
    const racks = Math.min(RACKS_A_ROW, Math.ceil(left / NODES_A_RACK));
    const climbs = rowIndex === 0 && !calm;
    const training = rowIndex % 2 === 0;
    let budgetKw = 0;
    const sizes = Array.from({ length: racks }, (_, i) => Math.min(NODES_A_RACK, left - i * NODES_A_RACK));
    for (const size of sizes) budgetKw += (rackKw * size) / NODES_A_RACK;
    // 44 kW is more than a rack of 32 H200 can draw: a row that shall meet its budget gets less.
    budgetKw = round(budgetKw * (climbs ? 0.9 : 1));
    const name = `${hall}${(rowIndex % ROWS_A_HALL) + 1}`;
    build.row({ name, hall, work: training ? 'training' : 'inference', budgetKw, climbs, fades: false });
    halls[halls.length - 1].budgetKw += round(budgetKw * 0.95);
    sizes.forEach((size, i) => {
      const spread = unit(seed, rowIndex * RACKS_A_ROW + i);
      const use = climbs ? 0.865 + spread * 0.03 : training ? 0.76 + spread * 0.08 : 0.55 + spread * 0.2;
      const share = (rackKw * size) / NODES_A_RACK;
      build.rack({
        machine: H200,
        nodes: size,
        gpusPerNode,
        drawKw: share * use,
        budgetKw: rackKw,
        newNames: i % 2 === 0,
        position: i + 1,
        more: { saturatedLeaf: rowIndex === 0 && i === racks - 1 && !calm },
      });
    });
    left -= sizes.reduce((sum, size) => sum + size, 0);
  }
  const siteBudgetKw = round(halls.reduce((sum, hall) => sum + hall.budgetKw, 0) * 0.95);
  return {
    ...{ site: 'PDX-1', siteBudgetKw, halls: halls.map((hall) => ({ ...hall, budgetKw: round(hall.budgetKw) })) },
    ...{ rows: build.rows, racks: build.racks, nodes: build.nodes, gpus: build.gpus, bmc: false, ethernet: [] },
  };
}

/** A row of the mixed fleet: its machine, the model that its nodes serve ('': it trains), its racks' draws in kW. */
type MixedRow = readonly [name: string, machine: Machine, serves: string, drawsKw: readonly number[]];

/** One site of the mixed fleet: racks of four nodes of eight GPUs, every node with a BMC. */
function mixedSite(site: string, rows: readonly MixedRow[]): FleetPlan {
  const build = new Builder();
  const halls = new Map<string, number>();
  for (const [name, machine, serves, draws] of rows) {
    const budgetKw = draws.length * 44;
    halls.set(name[0], (halls.get(name[0]) ?? 0) + budgetKw);
    const work = serves === '' ? 'training' : 'inference';
    build.row({ name, hall: name[0], work, budgetKw, climbs: false, fades: false });
    draws.forEach((drawKw, i) => {
      const shape = { machine, nodes: NODES_A_RACK, gpusPerNode: 8, newNames: i % 2 === 0, serves };
      build.rack({ ...shape, drawKw, budgetKw: 44, position: i + 1 });
    });
  }
  return {
    site,
    siteBudgetKw: [...halls.values()].reduce((sum, kw) => sum + kw, 0),
    halls: [...halls].map(([name, budgetKw]) => ({ name, budgetKw })),
    ...{ rows: build.rows, racks: build.racks, nodes: build.nodes, gpus: build.gpus, bmc: true, ethernet: [] },
  };
}

/**
 * Three sites of several makers, 44 nodes and 352 GPUs: PDX-1 trains and serves on H200, AMS-2 on H200 and MI300X, and
 * EDGE-3 is one rack that serves. Two sites have a rack and nodes of the same names, as real ones do.
 */
export function mixedPlans(): readonly FleetPlan[] {
  return [
    mixedSite('PDX-1', [
      ['A1', H200, '', [36.4, 35.1, 37.2]],
      ['A2', H200, 'llama-3.3-70b', [30.2, 28.7]],
    ]),
    mixedSite('AMS-2', [
      ['A1', H200, 'qwen3-235b', [29.4, 31.8, 27.5]],
      ['B1', MI300X, '', [38.1, 36.9]],
    ]),
    mixedSite('EDGE-3', [['E1', H200, 'llama-3.3-70b', [26.3]]]),
  ];
}

function round(kw: number): number {
  return Math.round(kw * 10) / 10;
}
