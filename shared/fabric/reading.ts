import { waitShare } from '../fabric.ts';
import type { Column, Frame } from '../frame.ts';
import { STALE, UNSUPPORTED } from '../frame.ts';
import { nameInFleet } from '../place-names.ts';
import { hardwareOf } from '../signals/hardware.ts';
import { NODE } from '../topology.ts';

/** The four kinds of link that can hold a job back. The first two belong to a GPU, the others to a node's port. */
export const LINK_KINDS = ['nvlink', 'pcie', 'infiniband', 'ethernet'] as const;
export type AnyLinkKind = (typeof LINK_KINDS)[number];

/** One link at one instant. Rates and traffic in bytes per second and direction; NaN is "not known". */
export interface LinkReading {
  readonly kind: AnyLinkKind;
  /** Place index of the GPU or node that the link belongs to. */
  readonly place: number;
  /** Index in the topology's links; −1 for a GPU's own links. */
  readonly link: number;
  /** Which of its GPU's NVLinks it is, from 0; −1 for all of them together and for other kinds. */
  readonly nvlink: number;
  /** "mlx5_0/1", "NVLink", "NVLink 5", "PCIe". */
  readonly name: string;
  readonly rateBps: number;
  /** The rate is the hardware table's. */
  readonly rateAssumed: boolean;
  readonly txBps: number;
  readonly rxBps: number;
  /** Busier direction ÷ rate. */
  readonly use: number;
  /** Share of time that something waited to be sent; NaN where the tick of the counter is not known. */
  readonly wait: number;
  /** The wait counter's own ticks per second. */
  readonly waitTicks: number;
  /** Per second: ECN marks, congestion notifications that it obeyed, priority pause frames. */
  readonly ecn: number;
  readonly cnp: number;
  readonly pfc: number;
  /** Packets lost or sent again by RDMA, errors, discards: per second. */
  readonly retries: number;
  readonly errors: number;
  readonly discards: number;
  /** null where nobody tells. */
  readonly up: boolean | null;
  /** State of the port (4 active); NaN where nobody tells. */
  readonly state: number;
  /** Times it has gone down (NVLink: had to recover) since its counter began; flaps.ts makes a number of recent ones of it. */
  readonly downs: number;
  /** Oldest sample used, epoch ms; NaN: none. */
  readonly time: number;
  readonly stale: boolean;
}

/** One PCIe lane and direction of generation 1–7 after encoding, bytes per second: 15.75 GB/s for 16 lanes of Gen3. */
const LANE_GEN3 = 15.75e9 / 16;
const laneBps = (generation: number) => LANE_GEN3 * 2 ** (generation - 3);

const columnsOf = ({ columns }: Frame, ids: readonly Parameters<Frame['columns']['get']>[0][]) =>
  ids.map((id) => columns.get(id));

const valueAt = (column: Column | undefined, index: number) => column?.value[index] ?? Number.NaN;

/** Oldest time among the values that are there, and whether any went stale. */
function ageOf(columns: readonly (Column | undefined)[], index: number): { time: number; stale: boolean } {
  let time = Number.NaN;
  let stale = false;
  for (const column of columns) {
    if (!column || column.quality[index] === UNSUPPORTED) continue;
    if (column.quality[index] === STALE) stale = true;
    else if (!(column.time[index] >= time)) time = column.time[index];
  }
  return { time, stale };
}

const larger = (a: number, b: number) => (Number.isNaN(a) ? b : Number.isNaN(b) ? a : Math.max(a, b));

/** What the NIC port with this index in the topology's links does. */
export function readPort(frame: Frame, link: number): LinkReading {
  const { topology } = frame;
  const [rx, tx, rate, ...rest] = columnsOf(frame, [
    ...(['link.rx', 'link.tx', 'link.rate', 'link.wait', 'link.ecn', 'link.pfc', 'link.errors'] as const),
    ...(['link.discards', 'link.state', 'link.downs', 'link.cnp', 'link.retries'] as const),
  ]);
  const [waitTicks, ecn, pfc, errors, discards, state, downs, cnp, retries] = rest.map((column) =>
    valueAt(column, link),
  );
  const rateBps = valueAt(rate, link);
  const [rxBps, txBps] = [valueAt(rx, link), valueAt(tx, link)];
  return {
    ...{
      kind: topology.linkKind[link],
      place: topology.linkNode[link],
      link,
      nvlink: -1,
      name: topology.linkName[link],
    },
    ...{ rateBps, rateAssumed: false, txBps, rxBps, use: larger(rxBps, txBps) / rateBps },
    ...{
      wait: waitShare(waitTicks, topology.linkTickBytes[link], rateBps),
      ...{ waitTicks, ecn, cnp, pfc, retries, errors, discards, downs },
    },
    up: Number.isNaN(state) ? null : state === 4,
    state,
    ...ageOf([rx, tx, rest[0], rest[5]], link),
  };
}

/** What a GPU's links of one kind carry together. Rates in bytes per second and direction; NaN is "not known". */
export interface GpuTraffic {
  readonly rateBps: number;
  readonly txBps: number;
  readonly rxBps: number;
  /** Busier direction ÷ rate; where only the sum of both is read, half of it is the least that the busier one carries. */
  readonly use: number;
  readonly errors: number;
  readonly waitTicks: number;
}

const NVLINK = ['gpu.nvlinkTx', 'gpu.nvlinkRx', 'gpu.nvlink', 'gpu.nvlinkErrors', 'gpu.nvlinkWait'] as const;
const PCIE = ['gpu.pcieTx', 'gpu.pcieRx', 'gpu.pcie', 'gpu.pcieReplay', 'gpu.pcieGen', 'gpu.pcieWidth'] as const;

/**
 * Tells for one GPU after another what its links of a kind carry; undefined where none is read. NVLink (or xGMI) is held
 * against the nameplate of the model, and nobody documents the tick of its wait counter, so only raw ticks are told;
 * PCIe against the highest generation and width that the GPU reports.
 */
export function gpuTraffic(frame: Frame, kind: 'nvlink' | 'pcie'): (gpu: number) => GpuTraffic | undefined {
  const columns = columnsOf(frame, kind === 'nvlink' ? NVLINK : PCIE);
  const known = columns.filter((column) => column !== undefined);
  const [tx, rx, sum, wrong, ...rest] = columns;
  // A fleet has few models and many GPUs.
  const plates = new Map<string, number>();
  const plateOf = (gpu: number) => {
    const model = modelOf(frame, gpu);
    let plate = plates.get(model);
    if (plate === undefined) {
      const hardware = hardwareOf(model);
      plate = hardware && hardware.nvlinkBps > 0 ? hardware.nvlinkBps / 2 : Number.NaN;
      plates.set(model, plate);
    }
    return plate;
  };
  const isRead = (gpu: number) => {
    for (const { quality } of known) if (quality[gpu] !== UNSUPPORTED) return true;
    return false;
  };
  return (gpu) => {
    if (!isRead(gpu)) return undefined;
    const [txBps, rxBps] = [valueAt(tx, gpu), valueAt(rx, gpu)];
    const rateBps = kind === 'nvlink' ? plateOf(gpu) : laneBps(valueAt(rest[0], gpu)) * valueAt(rest[1], gpu);
    const busier = larger(txBps, rxBps);
    const carried = Number.isNaN(busier) ? valueAt(sum, gpu) / 2 : busier;
    const waitTicks = kind === 'nvlink' ? valueAt(rest[0], gpu) : Number.NaN;
    return { rateBps, txBps, rxBps, use: carried / rateBps, errors: valueAt(wrong, gpu), waitTicks };
  };
}

/** What nobody tells of a GPU's own links. */
export const UNTOLD = {
  ...{ wait: Number.NaN, ecn: Number.NaN, cnp: Number.NaN, pfc: Number.NaN, retries: Number.NaN, discards: Number.NaN },
  ...{ up: null, state: Number.NaN, downs: Number.NaN },
};

/** Reads one GPU's links of a kind after another, with their ages; undefined where none is read. */
export function gpuReader(frame: Frame, kind: 'nvlink' | 'pcie'): (gpu: number) => LinkReading | undefined {
  const trafficOf = gpuTraffic(frame, kind);
  const columns = columnsOf(frame, kind === 'nvlink' ? NVLINK : PCIE);
  const shown = {
    kind,
    link: -1,
    nvlink: -1,
    name: kind === 'nvlink' ? 'NVLink' : 'PCIe',
    rateAssumed: kind === 'nvlink',
  };
  return (gpu) => {
    const traffic = trafficOf(gpu);
    return traffic && { ...shown, place: gpu, ...UNTOLD, ...traffic, ...ageOf(columns, gpu) };
  };
}

/** The model that a GPU reports, else that of its node. */
export function modelOf({ topology: { model, parent } }: Frame, gpu: number): string {
  return model[gpu] || model[parent[gpu]] || '';
}

/** Names of a link that a person knows: "A2-05-n03 mlx5_0", "A2-05-n03 g2 NVLink". */
export function linkWords({ topology }: Frame, reading: LinkReading): string {
  const { parent, name, start } = topology;
  const node = reading.place < start[NODE + 1] ? reading.place : parent[reading.place];
  const host = nameInFleet(topology, node);
  return node === reading.place ? `${host} ${reading.name}` : `${host} ${name[reading.place]} ${reading.name}`;
}
