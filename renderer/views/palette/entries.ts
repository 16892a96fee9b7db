import type { Finding, LayoutDocument, WatchSignal } from '../../../shared/contract.ts';
import { signals } from '../../../shared/signals/catalogue.ts';
import { GPU, HALL, NODE, RACK } from '../../../shared/topology.ts';
import { labelOf } from '../places.ts';

/** Something that the palette can do. */
export interface Entry {
  /** Unique within the palette. */
  readonly id: string;
  readonly group: 'Views' | 'Actions' | 'Alerts' | 'Places' | 'Colour the floor plan by' | 'Filter';
  readonly label: string;
  /** What tells it from its like: a path, a model. */
  readonly detail: string;
  /** The key that does the same; '' for none. */
  readonly keys: string;
  run(): void;
}

/** Entries of a group that are shown at most. */
const MOST = 8;

/** How well a text answers a query: 0 begins with it, 1 a word does, 2 holds it; -1 not at all. */
export function rank(text: string, query: string): number {
  return rankOf(text.toLowerCase(), query);
}

function rankOf(text: string, query: string): number {
  const at = text.indexOf(query);
  if (at <= 0) return at;
  return /[\s/_-]/.test(text[at - 1]) ? 1 : 2;
}

/** The entries that answer a query, the best of each group first; without one those that need none. */
export function answersOf(entries: readonly Entry[], query: string): Entry[] {
  const asked = query.trim().toLowerCase();
  const found = entries.flatMap((entry) => {
    const own = rank(entry.label, asked);
    const other = own >= 0 ? -1 : rank(entry.detail, asked);
    return own < 0 && other < 0 ? [] : [{ entry, rank: own >= 0 ? own : 3 + other }];
  });
  const counts = new Map<string, number>();
  return found
    .sort((a, b) => a.rank - b.rank)
    .map(({ entry }) => entry)
    .filter(({ group }) => {
      const count = (counts.get(group) ?? 0) + 1;
      counts.set(group, count);
      return count <= MOST;
    });
}

/** What places are found by, in small letters: names down to racks, paths below, and labels of GPUs. */
interface Searched {
  readonly texts: readonly string[];
  readonly gpus: readonly string[];
}

const known = new WeakMap<LayoutDocument, Searched>();

/** Made once a layout: with every letter that is typed 126,000 names would be made anew. */
function searchedOf(layout: LayoutDocument): Searched {
  const before = known.get(layout);
  if (before) return before;
  const { name, path, start } = layout;
  const searched = {
    texts: name.map((own, place) => (place >= start[NODE] ? path[place] : own).toLowerCase()),
    gpus: name.slice(start[GPU]).map((_, gpu) =>
      labelOf(layout, start[GPU] + gpu)
        .replace(/^GPU /, '')
        .toLowerCase(),
    ),
  };
  known.set(layout, searched);
  return searched;
}

/**
 * Places whose label or path answers a query, from the site down, so that a rack comes before its nodes. Looked through
 * as they lie in the layout: at 100,000 GPUs no entry is made for what is not shown.
 */
export function placesAnswering(layout: LayoutDocument, query: string, take: (place: number) => void): Entry[] {
  const asked = query
    .trim()
    .toLowerCase()
    .replace(/^(site|hall|row|rack|node|gpu)\s+/, '');
  if (asked === '') return [];
  const best: { place: number; rank: number }[] = [];
  const { texts, gpus } = searchedOf(layout);
  for (let place = 0; place < layout.start[GPU + 1] && best.length < 400; place++) {
    const found = rankOf(texts[place], asked);
    const gpu = place >= layout.start[GPU] ? rankOf(gpus[place - layout.start[GPU]], asked) : -1;
    const one = found >= 0 && gpu >= 0 ? Math.min(found, gpu) : Math.max(found, gpu);
    if (one >= 0) best.push({ place, rank: one });
  }
  return best
    .sort((a, b) => a.rank - b.rank || a.place - b.place)
    .slice(0, MOST)
    .map(({ place }) => ({
      ...{ id: `place ${layout.path[place]}`, group: 'Places' as const, keys: '' },
      label: labelOf(layout, place),
      detail: place >= layout.start[RACK] ? detailOf(layout, place) : layout.path[place],
      run: () => take(place),
    }));
}

const detailOf = (layout: LayoutDocument, place: number) =>
  [layout.model[place], place >= layout.start[GPU] ? layout.path[place] : layout.path[layout.parent[place]]]
    .filter((text) => text !== '' && text !== undefined)
    .join(' · ');

/** Every signal of the catalogue that a floor plan can show. */
export function signalEntries(pick: (signal: WatchSignal) => void): Entry[] {
  return signals
    .filter(({ kind }) => kind !== 'server' && kind !== 'work')
    .map(({ id, label, kind }) => ({
      ...{ id: `signal ${id}`, group: 'Colour the floor plan by' as const, keys: '' },
      ...{ label, detail: `${kind} · ${id}`, run: () => pick(id) },
    }));
}

/** Conditions that hold now, by their titles. */
export function conditionEntries(
  layout: LayoutDocument,
  findings: readonly Finding[],
  take: (finding: Finding) => void,
): Entry[] {
  return findings.map((finding, index) => ({
    ...{ id: `condition ${index} ${finding.title}`, group: 'Alerts' as const, keys: '' },
    label: finding.title,
    detail: finding.place >= 0 ? pathOf(layout, finding.place) : finding.detail,
    run: () => take(finding),
  }));
}

const pathOf = (layout: LayoutDocument, place: number) => {
  let at = place;
  while (at >= layout.start[NODE]) at = layout.parent[at];
  return at < layout.start[HALL] ? layout.name[at] : layout.path[at];
};

/** A text that can only be a filter: it compares something. */
export const looksLikeFilter = (query: string) => /[<>=~]/.test(query);
