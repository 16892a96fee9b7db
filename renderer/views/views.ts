/** The six views in the order of their keys 1 to 6. */
export const VIEWS = [
  { id: 'overview', label: 'Overview', path: '/' },
  { id: 'rack', label: 'Rack', path: '/rack' },
  { id: 'interconnect', label: 'Interconnect', path: '/interconnect' },
  { id: 'alerts', label: 'Alerts', path: '/alerts' },
  { id: 'snapshots', label: 'Snapshots', path: '/snapshots' },
  { id: 'sources', label: 'Sources', path: '/sources' },
] as const;

const REPORT = { id: 'report', label: 'Report', path: '/report' } as const;
/** What a report's own console has no use for: there is no library and no source. */
const LIVE_ONLY: ReadonlySet<string> = new Set(['snapshots', 'sources']);

/** The views with a tab and a number; within a report's file the report is one of them. */
export const viewsOf = (report: boolean) =>
  report ? [...VIEWS.filter(({ id }) => !LIVE_ONLY.has(id)), REPORT] : VIEWS;

/** Every page that an address may name: the views, and what belongs to one of them without a tab of its own. */
export const PAGES = [
  ...VIEWS,
  REPORT,
  { id: 'gpu', label: 'GPU', path: '/gpu' },
  { id: 'power', label: 'Power', path: '/power' },
  { id: 'compare', label: 'Compare', path: '/compare' },
  { id: 'wall', label: 'Wall', path: '/wall' },
] as const;

export type ViewId = (typeof PAGES)[number]['id'];
