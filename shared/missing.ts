import { formatCount } from './format.ts';
import { GPU, NODE } from './topology.ts';

/** What should be there and was never heard. */
export interface Missing {
  readonly gpus: number;
  readonly nodes: number;
  readonly feeds: number;
}

export const NONE_MISSING: Missing = { gpus: 0, nodes: 0, feeds: 0 };

/** The part of a layout that tells of it. */
interface Expected {
  readonly start: readonly number[];
  readonly parent: readonly number[];
  readonly feeds: readonly { readonly rack: number; readonly hole: boolean }[];
  readonly inventory: { readonly holes: readonly number[] };
}

const known = new WeakMap<Expected, ReadonlyMap<number, Missing>>();

/** What is missing at each place above nodes; places where nothing is are not in it. Worked out once a layout. */
export function missingByPlace(layout: Expected): ReadonlyMap<number, Missing> {
  let missing = known.get(layout);
  if (!missing) {
    missing = findMissing(layout);
    known.set(layout, missing);
  }
  return missing;
}

function findMissing({ start, parent, feeds, inventory }: Expected): ReadonlyMap<number, Missing> {
  const found = new Map<number, Missing>();
  const add = (place: number, what: keyof Missing) => {
    for (let at = place; at >= 0; at = parent[at]) {
      const before = found.get(at) ?? NONE_MISSING;
      found.set(at, { ...before, [what]: before[what] + 1 });
    }
  };
  for (const place of inventory.holes) {
    if (place >= start[GPU]) add(parent[parent[place]], 'gpus');
    else if (place >= start[NODE]) add(parent[place], 'nodes');
  }
  for (const { rack, hole } of feeds) if (hole && rack >= 0) add(rack, 'feeds');
  return found;
}

/** "1 node, 4 GPUs, 1 feed"; '' for nothing. */
export function formatMissing({ gpus, nodes, feeds }: Missing): string {
  const counted = (count: number, one: string) =>
    count === 0 ? [] : [`${formatCount(count)} ${one}${count === 1 ? '' : 's'}`];
  return [...counted(nodes, 'node'), ...counted(gpus, 'GPU'), ...counted(feeds, 'feed')].join(', ');
}
