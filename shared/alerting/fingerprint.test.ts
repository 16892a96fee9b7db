import { expect, it } from 'vitest';
import { fingerprint } from './fingerprint.ts';

it('is the fingerprint that Alertmanager 0.25 gives the same labels', () => {
  // POST /api/v2/alerts and GET /api/v2/alerts of a real one.
  const labels = { alertname: 'BudgetAtCap', site: 'PDX-1', row: 'A2', note: 'größe' };
  expect(fingerprint(new Map(Object.entries(labels)))).toBe('4e693f9214feb907');
  expect(fingerprint(new Map(Object.entries(labels).reverse()))).toBe('4e693f9214feb907');
  expect(fingerprint(new Map())).toBe('cbf29ce484222325');
});
