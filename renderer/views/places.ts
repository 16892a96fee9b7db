import type { LayoutDocument } from '../../shared/contract.ts';
import { nameInFleet, whichOf } from '../../shared/place-names.ts';
import { GPU, HALL, LEVELS, NODE, RACK, SITE } from '../../shared/topology.ts';

/** Words for places and the way between them, on the flat arrays of a layout. */

const WORDS = { site: 'Site', hall: 'Hall', row: 'Row', rack: 'Rack', node: 'Node', gpu: 'GPU' } as const;

/** The level of a place (`SITE` … `GPU`); −1 for none. */
export function levelOf(layout: LayoutDocument, place: number): number {
  if (place < 0 || place >= layout.start[LEVELS.length]) return -1;
  let level = SITE;
  while (place >= layout.start[level + 1]) level += 1;
  return level;
}

/** The ancestor of a place (or itself) at a level; −1 when the place lies above that level. */
export function ancestorAt(layout: LayoutDocument, place: number, level: number): number {
  let at = place;
  while (at >= 0 && levelOf(layout, at) > level) at = layout.parent[at];
  return levelOf(layout, at) === level ? at : -1;
}

/** A place among all of the fleet: "Rack A2-05", and "Rack A2-05 of PDX-1" where another site has one too. */
export function labelOf(layout: LayoutDocument, place: number): string {
  const level = levelOf(layout, place);
  if (level >= NODE) return labelWithin(layout, place, nameInFleet(layout, ancestorAt(layout, place, RACK)));
  const which = whichOf(layout, place);
  return which === '' ? labelWithin(layout, place) : `${labelWithin(layout, place)} of ${which}`;
}

/** A name with its level's word: "Row A2", "Rack A2-05"; a name that already begins with the word stays. */
export function labelWithin(layout: LayoutDocument, place: number, rackName?: string): string {
  const level = levelOf(layout, place);
  if (level < 0) return '';
  const name = layout.name[place];
  const rack = rackName ?? layout.name[ancestorAt(layout, place, RACK)] ?? '';
  if (level === NODE) return `Node ${rack} ${name}`;
  if (level === GPU) {
    return `GPU ${rack} ${layout.name[layout.parent[place]]}-${name}`;
  }
  const word = WORDS[LEVELS[level]];
  return name.toLowerCase().startsWith(`${word.toLowerCase()} `) ? name : `${word} ${name}`;
}

/** A hall over its racks: "Hall A", "Training"; with its site before it where there are several. */
export function hallTitle({ name, parent, start }: LayoutDocument, hall: number): string {
  const own = name[hall].length > 2 ? name[hall] : `Hall ${name[hall]}`;
  return start[HALL] > 1 ? `${name[parent[hall]]} ${own}` : own;
}

/** The places from the site down to this one. */
export function pathTo(layout: LayoutDocument, place: number): readonly number[] {
  const path: number[] = [];
  for (let at = place; at >= 0; at = layout.parent[at]) path.unshift(at);
  return path;
}

export interface Crumb {
  readonly place: number;
  readonly text: string;
}

/** The breadcrumb of the top bar: the site, then what is selected under it, or "All halls". */
export function crumbsOf(layout: LayoutDocument, place: number): readonly Crumb[] {
  const sites = layout.start[HALL];
  if (sites === 0) return [];
  const path = pathTo(layout, place);
  if (path.length === 0) {
    const site = sites === 1 ? layout.name[0] : `${sites} sites`;
    return [
      { place: sites === 1 ? 0 : -1, text: site },
      { place: -1, text: 'All halls' },
    ];
  }
  const crumbs = path.map((at) => ({ place: at, text: at < sites ? layout.name[at] : labelWithin(layout, at) }));
  return crumbs.length === 1 ? [...crumbs, { place: -1, text: 'All halls' }] : crumbs;
}

/** Racks, rows, halls: how many places a level has. */
export function countAt(layout: LayoutDocument, level: number): number {
  return layout.start[level + 1] - layout.start[level];
}
