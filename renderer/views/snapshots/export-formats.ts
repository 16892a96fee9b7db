import type { ExportFormat } from '../../../shared/contract/snapshots.ts';

/** Forms that a snapshot may be had in. */
export const EXPORT_FORMATS: readonly { readonly id: ExportFormat; readonly label: string }[] = [
  { id: 'html', label: 'Report (HTML)' },
  { id: 'fwsnap', label: 'Snapshot (.fwsnap)' },
  { id: 'csv', label: 'CSV' },
  { id: 'json', label: 'JSON' },
  { id: 'openmetrics', label: 'OpenMetrics' },
  { id: 'md', label: 'Markdown summary' },
];
