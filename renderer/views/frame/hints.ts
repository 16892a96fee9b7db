import type { ViewId } from '../views.ts';
import type { KeyHint } from './StatusBar.tsx';

const OVERVIEW_HINTS: readonly KeyHint[] = [
  { keys: '← ↑ ↓ →', action: 'Move' },
  { keys: 'Enter', action: 'Open' },
  { keys: 'Esc', action: 'Back' },
  { keys: 'P U T R N I', action: 'Signal' },
  { keys: '[ ]', action: 'Step condition' },
  { keys: 'Space', action: 'Pause' },
  { keys: 'E', action: 'Save' },
];
const RACK_HINTS: readonly KeyHint[] = [
  { keys: '↑ ↓', action: 'GPU' },
  { keys: '← →', action: 'Time' },
  { keys: 'Shift ← →', action: 'Extend brush' },
  { keys: 'Enter', action: 'Open GPU' },
  { keys: 'Esc', action: 'Back to the row' },
  { keys: 'V', action: 'Table' },
];
const GPU_HINTS: readonly KeyHint[] = [
  { keys: '↑ ↓', action: 'Next GPU' },
  { keys: 'Esc', action: 'Back to the rack' },
  { keys: 'V', action: 'Table' },
  { keys: 'D', action: 'Theme' },
];
const INTERCONNECT_HINTS: readonly KeyHint[] = [
  { keys: '← ↑ ↓ →', action: 'Move' },
  { keys: 'Enter', action: 'Open leaf or pod' },
  { keys: 'X', action: 'Direction' },
  { keys: 'N', action: 'Network' },
  { keys: 'F', action: 'Only flagged' },
  { keys: 'V', action: 'Table' },
];
const POWER_HINTS: readonly KeyHint[] = [
  { keys: '↑ ↓', action: 'Move' },
  { keys: 'Enter', action: 'Open place' },
  { keys: 'Esc', action: 'Up' },
  { keys: 'X', action: 'Lose A or B' },
  { keys: 'L', action: 'Next list' },
];
const ALERT_HINTS: readonly KeyHint[] = [
  { keys: '[ ]', action: 'Step alert' },
  { keys: 'A', action: 'Acknowledge' },
  { keys: 'S', action: 'Silence' },
  { keys: 'G', action: 'Show on floor plan' },
  { keys: 'D', action: 'Theme' },
];
/** Nothing is acknowledged or silenced at a time that is over. */
export const ALERT_HINTS_OVER: readonly KeyHint[] = ALERT_HINTS.filter(({ keys }) => keys !== 'A' && keys !== 'S');
const REPORT_HINTS: readonly KeyHint[] = [
  { keys: '1', action: 'Floor plan' },
  { keys: ', .', action: 'Step' },
  { keys: 'Space', action: 'Play' },
  { keys: 'D', action: 'Theme' },
  { keys: '?', action: 'All keys' },
];
export const OTHER_HINTS: readonly KeyHint[] = [
  { keys: '1', action: 'Overview' },
  { keys: 'D', action: 'Theme' },
];

/** The keys that the status bar prints for each view. */
export const HINTS: Readonly<Partial<Record<ViewId, readonly KeyHint[]>>> = {
  overview: OVERVIEW_HINTS,
  rack: RACK_HINTS,
  gpu: GPU_HINTS,
  interconnect: INTERCONNECT_HINTS,
  alerts: ALERT_HINTS,
  power: POWER_HINTS,
  report: REPORT_HINTS,
};
