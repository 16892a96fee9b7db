import { linkLabel } from '../fabric.ts';
import type { Labels } from '../labels.ts';
import { labelOf, levelOf } from '../members.ts';
import type { SiteFeed } from '../power/site-feeds.ts';
import { LEVELS, NODE, type Topology } from '../topology.ts';
import type { AlertLevel } from './alert.ts';
import { type AlertLeaf, leafOfLinks } from './leaves.ts';

/** A configured source, as rules see it. */
export interface AlertSource {
  readonly name: string;
  /** Site that its objects belong to where labels do not say otherwise. */
  readonly site: string;
  readonly state: 'starting' | 'up' | 'partial' | 'down';
  /** Why it does not answer, and what to do; '' while it does. */
  readonly fault: string;
}

/** One object that a rule may look at: its level, and its index in the columns of that level. */
export interface ObjectRef {
  readonly level: AlertLevel;
  readonly index: number;
}

const PLACE_LABELS = ['site', 'hall', 'row', 'rack', 'node', 'gpu'] as const;
const lastOf = (path: string) => path.slice(path.lastIndexOf('/') + 1);

/**
 * The objects of one topology as alerts name them. Places are indexed by place, links and feeds as in the topology, the
 * feeds of sites follow the inlets of racks. Labels of an object are made once and are the same Map from then on.
 */
export class AlertObjects {
  readonly topology: Topology;
  readonly #siteFeeds: readonly SiteFeed[];
  readonly #sources: readonly AlertSource[];
  readonly #rules: readonly string[];
  readonly #leaves: readonly AlertLeaf[];
  readonly #labels = new Map<AlertLevel, (Labels | undefined)[]>();
  #leafOfLinks: readonly string[] | undefined;
  #byPath: ReadonlyMap<string, number> | undefined;
  #byKey: ReadonlyMap<string, ObjectRef> | undefined;

  constructor(
    topology: Topology,
    siteFeeds: readonly SiteFeed[],
    sources: readonly AlertSource[],
    rules: readonly string[],
    leaves: readonly AlertLeaf[] = [],
  ) {
    this.topology = topology;
    this.#siteFeeds = siteFeeds;
    this.#sources = sources;
    this.#rules = rules;
    this.#leaves = leaves;
  }

  /** Whether these are still the objects: then they are kept, with all labels. */
  sameAs(
    topology: Topology,
    siteFeeds: readonly SiteFeed[],
    sources: readonly AlertSource[],
    rules: readonly string[],
    leaves: readonly AlertLeaf[] = [],
  ): boolean {
    const names = (list: readonly AlertSource[]) => list.map(({ site, name }) => `${site} ${name}`).join('\n');
    return (
      topology === this.topology &&
      siteFeeds.length === this.#siteFeeds.length &&
      siteFeeds.every(({ site, name }, i) => site === this.#siteFeeds[i].site && name === this.#siteFeeds[i].name) &&
      names(sources) === names(this.#sources) &&
      leaves.length === this.#leaves.length &&
      leaves.every(({ name, key, place }, i) => {
        const one = this.#leaves[i];
        return name === one.name && key === one.key && place === one.place;
      }) &&
      rules.join('\n') === this.#rules.join('\n')
    );
  }

  /** How many sources a site is read from. */
  sourcesOf(site: string): number {
    return this.#sources.filter((source) => source.site === site).length;
  }

  /** Half-open run of the indexes of a level. */
  range(level: AlertLevel): readonly [from: number, to: number] {
    const { start, linkNode, feedRack } = this.topology;
    const at = (LEVELS as readonly string[]).indexOf(level);
    if (at >= 0) return [start[at], start[at + 1]];
    if (level === 'link') return [0, linkNode.length];
    if (level === 'feed') return [0, feedRack.length + this.#siteFeeds.length];
    if (level === 'leaf') return [0, this.#leaves.length];
    return [0, level === 'source' ? this.#sources.length : this.#rules.length];
  }

  /** Place that an object stands in, or is; −1: none. */
  placeOf({ level, index }: ObjectRef): number {
    const { linkNode, feedRack } = this.topology;
    if (level === 'link') return linkNode[index];
    if (level === 'leaf') return this.#leaves[index].place;
    if (level === 'feed')
      return index < feedRack.length ? feedRack[index] : this.#siteFeeds[index - feedRack.length].site;
    return level === 'source' || level === 'rule' ? -1 : index;
  }

  /** Key of the leaf that an object is, or that a port is cabled to; '' where it is not known. */
  leafOf({ level, index }: ObjectRef): string {
    if (level === 'leaf') return this.#leaves[index].key;
    if (level !== 'link') return '';
    this.#leafOfLinks ??= leafOfLinks(this.topology);
    return this.#leafOfLinks[index];
  }

  /** What a person calls it. */
  nameOf(ref: ObjectRef): string {
    const { level, index } = ref;
    if (level === 'link') return `Link ${linkLabel(this.topology, index)}`;
    if (level === 'feed')
      return `Feed ${this.#feedName(index)} of ${lowerFirst(labelOf(this.topology, this.placeOf(ref)))}`;
    if (level === 'source') return `Source ${this.#sources[index].name}`;
    if (level === 'rule') return `Rule ${this.#rules[index]}`;
    if (level === 'leaf') return this.#leaves[index].name;
    return labelOf(this.topology, index);
  }

  #feedName(index: number): string {
    const { feedRack, feedName } = this.topology;
    return index < feedRack.length ? feedName[index] : this.#siteFeeds[index - feedRack.length].name;
  }

  /** Where it is and what it is: site, hall, row, rack, node, a GPU's UUID, device, leaf, feed, source, rule. */
  labelsOf(ref: ObjectRef): Labels {
    let of = this.#labels.get(ref.level);
    if (!of) {
      of = [];
      this.#labels.set(ref.level, of);
    }
    let labels = of[ref.index];
    if (!labels) {
      labels = this.#makeLabels(ref);
      of[ref.index] = labels;
    }
    return labels;
  }

  #makeLabels(ref: ObjectRef): Labels {
    const { level, index } = ref;
    if (level === 'source') {
      const { name, site } = this.#sources[index];
      return new Map([
        ['site', site],
        ['source', name],
      ]);
    }
    if (level === 'rule') return new Map([['rule', this.#rules[index]]]);
    if (level === 'leaf') {
      // A leaf is itself wherever its cables go: no place below its site is part of who it is.
      const { site, name } = this.#leaves[index];
      return new Map([...(site === '' ? [] : [['site', site] as const]), ['leaf', name]]);
    }
    // A GPU is its UUID: its number in its node is not part of who it is, and no server's rules have it.
    const labels = this.#placeLabels(level === 'gpu' ? this.topology.parent[index] : this.placeOf(ref));
    if (level === 'link') labels.set('device', this.topology.linkName[index]);
    if (level === 'feed') labels.set('feed', this.#feedName(index));
    if (level === 'gpu') labels.set('UUID', this.topology.path[index]);
    return labels;
  }

  #placeLabels(place: number): Map<string, string> {
    const { parent, path, name } = this.topology;
    const pairs: [string, string][] = [];
    for (let at = place; at >= 0; at = parent[at]) {
      const level = levelOf(this.topology, at);
      pairs.push([PLACE_LABELS[level], level === NODE ? lastOf(path[at]) : name[at]]);
    }
    return new Map(pairs.reverse());
  }

  /** The object that these labels are of; undefined where it is not here any more. */
  find(labels: Labels): ObjectRef | undefined {
    const key = keyOf(labels);
    if (key === undefined) return undefined;
    this.#byPath ??= new Map(this.topology.path.map((path, place) => [path, place]));
    const place = this.#byPath.get(key);
    if (place !== undefined) {
      const level = levelOf(this.topology, place);
      return { level: PLACE_LABELS[level], index: place };
    }
    this.#byKey ??= this.#others();
    return this.#byKey.get(key);
  }

  #others(): ReadonlyMap<string, ObjectRef> {
    const found = new Map<string, ObjectRef>();
    for (const level of ['link', 'feed', 'leaf', 'source', 'rule'] as const) {
      const [from, to] = this.range(level);
      for (let index = from; index < to; index++) {
        if ((level === 'link' || level === 'feed') && this.placeOf({ level, index }) < 0) continue;
        const key = keyOf(this.labelsOf({ level, index }));
        if (key !== undefined) found.set(key, { level, index });
      }
    }
    return found;
  }
}

/** A phrase that begins a sentence elsewhere, inside one. */
export const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);

/** A place's path or a GPU's UUID; for all others a text of its own. */
function keyOf(labels: Labels): string | undefined {
  const uuid = labels.get('UUID');
  if (uuid !== undefined) return uuid;
  const rule = labels.get('rule');
  if (rule !== undefined) return `rule\n${rule}`;
  const source = labels.get('source');
  if (source !== undefined) return `source\n${source}`;
  const path = pathOf(labels);
  const leaf = labels.get('leaf');
  if (leaf !== undefined) return `leaf\n${path}\n${leaf}`;
  const device = labels.get('device');
  if (device !== undefined) return `link\n${path}\n${device}`;
  const feed = labels.get('feed');
  if (feed !== undefined) return `feed\n${path}\n${feed}`;
  return path === '' ? undefined : path;
}

/** Path of the place that the labels name, down to the node; '' where they name none. */
export function pathOf(labels: Labels): string {
  const names: string[] = [];
  for (const label of ['site', 'hall', 'row', 'rack', 'node'] as const) {
    const name = labels.get(label);
    if (name === undefined) break;
    names.push(name);
  }
  return names.join('/');
}
