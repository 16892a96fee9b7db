import type { AlertLevel } from '../alerting/alert.ts';
import { FEEDS } from '../power/feed-loss.ts';
import { valuesOf } from './expressions.ts';
import type { AlertingOptions } from './gpu-quantities.ts';
import { PLACE_LABELS, recordedName } from './names.ts';
import type { RecordingRule } from './rule.ts';
import { Untold } from './untold.ts';

/** What a place may draw, watts: by itself and through each of its feeds. NaN: nobody says. */
export interface PlaceBudget {
  /** `site/hall/row/rack`, or above. */
  readonly path: string;
  readonly watts: number;
  /** Ratings of feeds A and B, and the share of them that may be used while both are up. */
  readonly feedAW: number;
  readonly feedBW: number;
  readonly derate: number;
}

export interface BudgetOptions extends AlertingOptions {
  readonly budgets: readonly PlaceBudget[];
}

/** A record with labels of its own. */
export type LabelledRecord = RecordingRule & { readonly labels?: Readonly<Record<string, string>> };

const RACK = PLACE_LABELS.join(', ');
/** The stale limit as it ships (settings.ts). */
const STALE_S = 60;
const LEVELS: readonly AlertLevel[] = PLACE_LABELS;
/** Labels of our alerts of a site to rack. */
export const placeLabels = (level: AlertLevel): readonly string[] => PLACE_LABELS.slice(0, LEVELS.indexOf(level) + 1);

export const drawOf = (level: AlertLevel) => recordedName(level, 'draw_watts:sum');
const FEED = recordedName('rack', 'feed_watts:sum');
const SITE_FEED = recordedName('site', 'feed_watts:sum');
const BUDGET = (level: AlertLevel) => recordedName(level, 'budget_watts');
const FEED_BUDGET = (level: AlertLevel) => recordedName(level, 'feed_budget_watts');
const FEED_RATING = (level: AlertLevel) => recordedName(level, 'feed_rating_watts');

const feedNamed = (name: string) => `${FEED}{feed=~"${name}[0-9]*"}`;

/**
 * Draw of racks and above: the inlets where there are any, else what BMCs say, else the boards. Fleetwatt itself also
 * learns from metered racks what others draw beside their boards. Then what each feed carries.
 */
export function drawRecords({ profiles, rateWindow, intervalS }: AlertingOptions): readonly RecordingRule[] {
  const by = (labels: readonly string[]) => `sum by (${labels.join(', ')})`;
  const feeds = valuesOf('feed.power', profiles, rateWindow, ['feed']);
  const boards = (['node.power', 'gpu.power'] as const)
    .map((signal) => valuesOf(signal, profiles, rateWindow))
    .filter((values) => values !== '')
    .map((values) => `${by(PLACE_LABELS)} (${values})`);
  // A scrape that failed once takes no watts away: values count until they are stale, as in the engine.
  const held = `last_over_time(${FEED}[${Math.max(STALE_S, 2 * intervalS)}s])`;
  const racks = [...(feeds === '' ? [] : [`${by(PLACE_LABELS)} (${held})`]), ...boards];
  return [
    ...(feeds === ''
      ? []
      : [
          { record: FEED, expr: `${by([...PLACE_LABELS, 'feed'])} (${feeds})` },
          // With one of its inlets silent, what a feed of a site carries is not known.
          { record: SITE_FEED, expr: FEEDS.map(siteFeed).join(' or ') },
        ]),
    { record: drawOf('rack'), expr: racks.join(' or ') },
    ...(['row', 'hall', 'site'] as const).map((level) => ({
      record: drawOf(level),
      expr: `${by(placeLabels(level))} (${drawOf('rack')})`,
    })),
  ];
}

const siteFeed = (name: string) => {
  const sum = `sum by (site) (${feedNamed(name)})`;
  const silent = `count by (site) (last_over_time(${feedNamed(name)}[1h]) unless ${feedNamed(name)})`;
  return `label_replace(${sum} unless ${silent}, "feed", "${name}", "", "")`;
};

/** One constant a place that has a budget, and one a feed that has a rating. */
export function budgetRecords(budgets: readonly PlaceBudget[]): readonly LabelledRecord[] {
  return budgets.flatMap(({ path, watts, feedAW, feedBW, derate }) => {
    const names = path.split('/');
    const level = LEVELS[names.length - 1];
    if (level === undefined) return [];
    const labels = Object.fromEntries(placeLabels(level).map((one, i) => [one, names[i] as string]));
    const constant = (record: string, value: number, more = {}) =>
      value > 0 ? [{ record, expr: `vector(${value})`, labels: { ...labels, ...more } }] : [];
    const feeds = FEEDS.flatMap((feed) => {
      const rating = feed === 'A' ? feedAW : feedBW;
      const rated = constant(FEED_RATING(level), rating, { feed });
      // Between site and rack there are no inlets: a rating there only counts when the other feed is lost.
      if (level !== 'rack' && level !== 'site') return rated;
      return [...rated, ...constant(FEED_BUDGET(level), rating * derate, { feed })];
    });
    return [...constant(BUDGET(level), watts), ...feeds];
  });
}

const hasFeed = ({ feedAW, feedBW }: PlaceBudget) => feedAW > 0 || feedBW > 0;
const depth = ({ path }: PlaceBudget) => path.split('/').length;

/** Draw over budget of places, or of the inlets of racks and the feeds of sites. @throws Untold */
export function budgetUse(level: AlertLevel, options: BudgetOptions): string {
  if (level !== 'feed') return `${drawOf(level)} / ${budgetAt(level, options)}`;
  const rated = options.budgets.filter(hasFeed).map(depth);
  const use = [
    ...(rated.includes(4) ? [`(${FEED} / on (${RACK}, feed) ${FEED_BUDGET('rack')})`] : []),
    ...(rated.includes(1) ? [`(${SITE_FEED} / on (site, feed) ${FEED_BUDGET('site')})`] : []),
  ];
  if (use.length === 0) throw new Untold('no feed of a rack or site is rated in budgets.csv');
  return use.join(' or ');
}

/** The budgets of a level. @throws Untold where there is none */
export function budgetAt(level: AlertLevel, { budgets }: BudgetOptions): string {
  if (!budgets.some((one) => one.watts > 0 && depth(one) === placeLabels(level).length))
    throw new Untold(`no ${level} has a budget in budgets.csv`);
  return BUDGET(level);
}

/**
 * Places of a site that the loss of one of its feeds trips, with the label of the feed that is lost: every rack that has
 * both draws all of its watts through the other (power/feed-loss.ts).
 */
export function lossTrips({ budgets }: BudgetOptions): string {
  const levels = PLACE_LABELS.filter((level) =>
    budgets.some((one) => hasFeed(one) && depth(one) === placeLabels(level).length),
  );
  if (levels.length === 0) throw new Untold('no feed is rated in budgets.csv');
  return FEEDS.map((lost) => {
    const other = lost === 'A' ? 'B' : 'A';
    const over = levels.map((level) => {
      const on = `on (${placeLabels(level).join(', ')})`;
      const places = `(${drawOf(level)} > ${on} ${FEED_RATING(level)}{feed="${other}"})`;
      return level === 'rack' ? `(${places} and ${on} ${feedNamed(lost)} and ${on} ${feedNamed(other)})` : places;
    });
    return `label_replace(count by (site) (${over.join(' or ')}), "feed", "${lost}", "", "")`;
  }).join(' or ');
}

/** Difference of a rack's feeds, which their targets' label `feed` tells apart, as a share of the larger. */
export function imbalance(): string {
  const one = (name: string) => `sum by (${RACK}) (${feedNamed(name)})`;
  return `abs(${one('A')} - ${one('B')}) / ((${one('A')} >= ${one('B')}) or ${one('B')})`;
}

/** 1 for inlets of which nothing is heard that were heard within the hour. */
export const silentInlets = (): string => {
  const of = (values: string) => `group by (${RACK}, feed) (${values})`;
  return `${of(`last_over_time(${FEED}[1h])`)} unless ${of(FEED)}`;
};
