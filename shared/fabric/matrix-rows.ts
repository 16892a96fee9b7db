import { formatCount, formatTemp, formatWatts } from '../format.ts';
import type { Frame } from '../frame.ts';
import { ancestorAt, labelOf, membersOf } from '../members.ts';
import { nameInFleet } from '../place-names.ts';
import { GPU, HALL, type LinkKind, NODE, RACK, type Topology } from '../topology.ts';
import type { FabricLayout } from './cables.ts';
import { cableLanes, gpuLanes, type Lane, portLanes } from './lanes.ts';

/** What the rows of a matrix are. */
export const ROW_WORDS = ['leaf', 'rack', 'domain', 'node', 'pod'] as const;
export type RowWord = (typeof ROW_WORDS)[number];

/** Who a row is, before its numbers. */
export interface RowOf {
  readonly key: string;
  readonly name: string;
  /** Rows of one group stand together with a rule after them: a rail, a hall. */
  readonly group: string;
  /** Where rows are too many they are shown by these. */
  readonly pod: string;
  /** Nodes that hang on it, in floor order. */
  readonly nodes: readonly number[];
  /** What a switch tells of itself. */
  readonly about?: string;
}

/** The links of one kind with the rows and columns that they stand in. */
export interface Field {
  readonly word: RowWord;
  readonly rows: readonly RowOf[];
  readonly columns: readonly string[];
  readonly lanes: readonly Lane[];
}

/** Leaves and spines where cables are known, else the ports of nodes by rack. Leaves without rails go by their halls. */
export function networkField(frame: Frame, layout: FabricLayout): Field {
  if (layout.cables.length === 0) return rackField(frame, layout.kind);
  const about = switchWords(frame, layout.kind);
  const rows = layout.leaves.map(({ key, name, rail, pod, nodes }) => ({
    ...{ key, name, group: rail || pod, pod, nodes, about: about.get(key) ?? '' },
  }));
  return { word: 'leaf', rows, columns: layout.spines, lanes: cableLanes(frame, layout) };
}

/** "288 W, 53.0 °C, slowest fan 5,251 rpm" of switches that tell of themselves at their port 0 (ibswinfo), by their keys. */
function switchWords({ topology, columns }: Frame, kind: LinkKind): ReadonlyMap<string, string> {
  const words = new Map<string, string>();
  if (!OF_SWITCH.some(([id]) => columns.has(id))) return words;
  topology.ports.forEach(({ site, switch: id, kind: of, port }, index) => {
    if (of !== kind || port !== '0' || id === '') return;
    const told = OF_SWITCH.flatMap(([signal, word]) => {
      const value = columns.get(signal)?.value[index] ?? Number.NaN;
      return Number.isNaN(value) ? [] : [word(value)];
    });
    words.set(`${site}/${id}`, told.join(', '));
  });
  return words;
}

const OF_SWITCH = [
  ['port.switchPower', formatWatts],
  ['port.switchTemp', formatTemp],
  ['port.switchFan', (rpm: number) => `slowest fan ${formatCount(rpm)} rpm`],
] as const;

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
const hallOf = (topology: Topology, place: number) => labelOf(topology, ancestorAt(topology, place, HALL));

function rackField(frame: Frame, kind: LinkKind): Field {
  const { topology } = frame;
  const { children } = membersOf(topology);
  const lanes = portLanes(frame, kind);
  const racks = range(topology.start[RACK], topology.start[NODE]);
  const rows = racks.map((rack) => ({
    ...{ key: topology.path[rack], name: nameInFleet(topology, rack), group: hallOf(topology, rack) },
    ...{ pod: labelOf(topology, topology.parent[rack]), nodes: range(children.from[rack], children.to[rack]) },
  }));
  const most = lanes.reduce((count, lane) => Math.max(count, lane.column + 1), 0);
  return compact({ word: 'rack', rows, columns: range(1, most + 1).map((node) => `n${node}`), lanes });
}

/** NVLink domains by their nodes: the fabric's own word, else the rack of a rack-scale machine, else the node. */
export function nvlinkDomains(frame: Frame): readonly RowOf[] {
  const { topology, columns } = frame;
  const { start, parent, model, nvlinkDomain, path } = topology;
  const clique = columns.get('gpu.clique')?.value;
  const { gpus } = membersOf(topology);
  const domains = new Map<string, number[]>();
  for (let node = start[NODE]; node < start[NODE + 1]; node++) {
    const told = nvlinkDomain[node - start[NODE]] ?? '';
    const number = clique?.[gpus.from[node]];
    const tail = told === '' || told.includes('.') || number === undefined || Number.isNaN(number) ? '' : `.${number}`;
    const rackScale = /nvl\d+/i.test(model[node]) && !/\bnvl\b/i.test(model[node]);
    const key = told !== '' ? `${told}${tail}` : rackScale ? path[parent[node]] : path[node];
    const nodes = domains.get(key);
    if (nodes) nodes.push(node);
    else domains.set(key, [node]);
  }
  return [...domains].map(([key, nodes]) => {
    const racks = new Set(nodes.map((node) => parent[node]));
    const label =
      nodes.length > 1 && racks.size > 1
        ? key.slice(-12)
        : nameInFleet(topology, nodes.length === 1 ? nodes[0] : parent[nodes[0]]);
    return {
      key,
      name: label,
      group: hallOf(topology, nodes[0]),
      pod: labelOf(topology, parent[nodes[0]]),
      nodes,
    };
  });
}

/** NVLink by domain, PCIe by node: a column a GPU. */
export function gpuField(frame: Frame, kind: 'nvlink' | 'pcie'): Field {
  const { topology } = frame;
  const { gpus } = membersOf(topology);
  const rows = kind === 'nvlink' ? nvlinkDomains(frame) : nodeRows(topology);
  const placed = rows.flatMap(({ nodes }, row) =>
    nodes.flatMap((node) => range(gpus.from[node], gpus.to[node])).map((gpu, column) => ({ gpu, row, column })),
  );
  const most = placed.reduce((count, { column }) => Math.max(count, column + 1), 0);
  const word = kind === 'nvlink' ? 'domain' : 'node';
  const columns = range(0, most).map((column) => `g${column}`);
  return compact({ word, rows, columns, lanes: gpuLanes(frame, kind, placed) });
}

function nodeRows(topology: Topology): readonly RowOf[] {
  return range(topology.start[NODE], topology.start[GPU]).map((node) => ({
    ...{ key: topology.path[node], name: nameInFleet(topology, node), group: hallOf(topology, node) },
    ...{ pod: labelOf(topology, topology.parent[node]), nodes: [node] },
  }));
}

/** Leaves out rows without a link of the kind. */
function compact({ word, rows, columns, lanes }: Field): Field {
  const used = new Set<number>();
  for (const { row } of lanes) used.add(row);
  if (used.size === rows.length) return { word, columns, rows, lanes };
  const numbers = new Map([...used].sort((a, b) => a - b).map((row, index) => [row, index]));
  return {
    ...{ word, columns },
    rows: rows.filter((_, row) => used.has(row)),
    lanes: lanes.map((lane) => ({ ...lane, row: numbers.get(lane.row) ?? 0 })),
  };
}

/** "racks A1-04 to A1-06", "rack B3-05", "B3-05-n2"; '' where no node is known. */
export function whereOf(topology: Topology, nodes: readonly number[]): string {
  if (nodes.length === 0) return '';
  const racks = [...new Set(nodes.map((node) => topology.parent[node]))].sort((a, b) => a - b);
  if (racks.length === 1) return `rack ${nameInFleet(topology, racks[0])}`;
  return `racks ${nameInFleet(topology, racks[0])} to ${nameInFleet(topology, racks[racks.length - 1])}`;
}

/** The lowest place that has all of these nodes under it; −1 where there is none. */
export function placeAbove(topology: Topology, nodes: readonly number[]): number {
  if (nodes.length === 0) return -1;
  let above = new Set(nodes.length === 1 ? nodes : nodes.map((node) => topology.parent[node]));
  while (above.size > 1) above = new Set([...above].map((place) => topology.parent[place]));
  return [...above][0];
}
