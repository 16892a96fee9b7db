/** The six views in the order of their keys 1 to 6. */
export const VIEWS = [
  { id: 'overview', label: 'Overview', path: '/' },
  { id: 'rack', label: 'Rack', path: '/rack' },
  { id: 'interconnect', label: 'Interconnect', path: '/interconnect' },
  { id: 'alerts', label: 'Alerts', path: '/alerts' },
  { id: 'snapshots', label: 'Snapshots', path: '/snapshots' },
  { id: 'sources', label: 'Sources', path: '/sources' },
] as const;

/** Every page that an address may name: the views, and the page of one GPU, which belongs to the rack's. */
export const PAGES = [...VIEWS, { id: 'gpu', label: 'GPU', path: '/gpu' }] as const;

export type ViewId = (typeof PAGES)[number]['id'];
