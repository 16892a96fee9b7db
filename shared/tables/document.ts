import type { EpochMs } from '../units.ts';

/** What a cell holds: a number in its column's unit, a text, or null where nobody knows. */
export type TableValue = number | string | null;

/** A table as it may leave the screen: plain numbers with their units, and the instant that they are of. */
export interface TableDocument {
  readonly kind: 'table';
  readonly title: string;
  /** The instant of its numbers, epoch ms; null where it is of no instant, as a list of rules. */
  readonly at: EpochMs | null;
  readonly columns: readonly { readonly label: string; readonly unit: string }[];
  readonly rows: readonly (readonly TableValue[])[];
  /** How the numbers of each row are known: measured, derived, assumed, stale …; '' where nobody says. */
  readonly quality: readonly string[];
}

/** One line of a chart. */
export interface ChartSeries {
  readonly name: string;
  /** Signal of the catalogue, `draw`, or what else is drawn; with the unit it makes the metric's name. */
  readonly signal: string;
  /** Path or name of what it is of. */
  readonly object: string;
  readonly unit: string;
  readonly times: readonly EpochMs[];
  /** One a time; null is "no sample". */
  readonly values: readonly (number | null)[];
  /** How its values are known. */
  readonly quality: string;
}

/** A chart as it may leave the screen: the samples that were drawn, not the picture. */
export interface ChartDocument {
  readonly kind: 'chart';
  readonly title: string;
  readonly series: readonly ChartSeries[];
}

export type DataDocument = TableDocument | ChartDocument;
