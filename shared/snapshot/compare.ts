import { NODE } from '../topology.ts';
import type { FleetInstant } from '../view.ts';

/** A place in two instants. NaN is "no data"; a place that one of them does not have has none there. */
export interface PlaceDifference {
  readonly path: string;
  /** `SITE` to `RACK`. */
  readonly level: number;
  readonly beforeW: number;
  readonly afterW: number;
  /** After − before; NaN where either is not known. */
  readonly changeW: number;
  readonly beforeBudgetW: number;
  readonly afterBudgetW: number;
  readonly beforeGpus: number;
  readonly afterGpus: number;
}

export interface Difference {
  readonly places: readonly PlaceDifference[];
  readonly onlyBefore: readonly string[];
  readonly onlyAfter: readonly string[];
  /** Titles of conditions that came, went and stayed. */
  readonly came: readonly string[];
  readonly went: readonly string[];
  readonly stayed: readonly string[];
}

/** What changed between two instants, of one snapshot or of two. Places are the same by their paths. */
export function compareInstants(before: FleetInstant, after: FleetInstant): Difference {
  const [old, now] = [placesOf(before), placesOf(after)];
  const paths = [...new Set([...now.keys(), ...old.keys()])];
  const places = paths.map((path): PlaceDifference => {
    const [a, b] = [old.get(path) ?? NOWHERE, now.get(path) ?? NOWHERE];
    return {
      path,
      level: now.has(path) ? b.level : a.level,
      ...{ beforeW: a.drawW, afterW: b.drawW, changeW: b.drawW - a.drawW },
      ...{ beforeBudgetW: a.budgetW, afterBudgetW: b.budgetW, beforeGpus: a.gpus, afterGpus: b.gpus },
    };
  });
  // A condition is the same by where it is and what it is about; its title has numbers.
  const [held, holds] = [conditionsOf(before), conditionsOf(after)];
  return {
    places,
    onlyBefore: paths.filter((path) => !now.has(path)),
    onlyAfter: paths.filter((path) => !old.has(path)),
    came: [...holds].flatMap(([key, title]) => (held.has(key) ? [] : [title])),
    went: [...held].flatMap(([key, title]) => (holds.has(key) ? [] : [title])),
    stayed: [...holds].flatMap(([key, title]) => (held.has(key) ? [title] : [])),
  };
}

const NOWHERE = { level: -1, drawW: Number.NaN, budgetW: Number.NaN, gpus: 0 };

function placesOf({ frame: { topology }, power }: FleetInstant): Map<string, typeof NOWHERE> {
  const { start, path, budgetW } = topology;
  return new Map(
    path.slice(0, start[NODE]).map((one, place) => {
      const level = start.findLastIndex((first) => place >= first);
      return [one, { level, drawW: power.drawW[place], budgetW: budgetW[place], gpus: power.gpuLive[place] }];
    }),
  );
}

const conditionsOf = ({ findings, frame }: FleetInstant) =>
  new Map(
    findings.map(({ domain, place, title }) => [
      `${domain}\n${frame.topology.path[place] ?? title}\n${title.replace(/[\d.,]+/g, '')}`,
      title,
    ]),
  );
