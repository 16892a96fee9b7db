import { formatDate, formatTime } from '../../format.ts';

/** Elements by which a report and the console in it find each other: both are written by us, in two builds. */
export const CONSOLE_ROOT = 'root';
export const CONSOLE_STYLE = 'console-style';
export const CONSOLE_CODE = 'console-code';
export const SNAPSHOT_DATA = 'snapshot-data';

/** What stands across the top of a report. */
export const frozenWords = (time: number) =>
  `Frozen ${formatDate(time)}, ${formatTime(time)}. These numbers do not update.`;
