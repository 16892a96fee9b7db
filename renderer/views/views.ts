/** The six views in the order of their keys 1 to 6. */
export const VIEWS = [
  { id: 'overview', label: 'Overview', path: '/' },
  { id: 'rack', label: 'Rack', path: '/rack' },
  { id: 'interconnect', label: 'Interconnect', path: '/interconnect' },
  { id: 'alerts', label: 'Alerts', path: '/alerts' },
  { id: 'snapshots', label: 'Snapshots', path: '/snapshots' },
  { id: 'sources', label: 'Sources', path: '/sources' },
] as const;

export type ViewId = (typeof VIEWS)[number]['id'];
