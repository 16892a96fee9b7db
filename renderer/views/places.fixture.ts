import type { LayoutDocument } from '../../shared/contract.ts';
import { NO_INVENTORY } from '../../shared/inventory.ts';

/** One site, 2 halls, 3 rows (A1, A2, B1), 4 racks (one in A1, two in A2, one in B1), 4 nodes, 8 GPUs. */
export const smallLayout: LayoutDocument = {
  version: 1,
  start: [0, 1, 3, 6, 10, 14, 22],
  parent: [-1, 0, 0, 1, 1, 2, 3, 4, 4, 5, 6, 7, 8, 9, 10, 10, 11, 11, 12, 12, 13, 13],
  name: [
    'PDX-1',
    'A',
    'Hall B',
    'A1',
    'A2',
    'B1',
    'A1-01',
    'A2-01',
    'A2-02',
    'B1-01',
    'n1',
    'n1',
    'n1',
    'n1',
    ...['g0', 'g1', 'g0', 'g1', 'g0', 'g1', 'g0', 'g1'],
  ],
  path: Array.from({ length: 22 }, (_, place) => `p${place}`),
  model: Array.from({ length: 22 }, () => ''),
  inferred: Array.from({ length: 22 }, () => 0),
  budgetW: [100_000, 60_000, 40_000, 20_000, 40_000, null, 20_000, 20_000, 20_000, 20_000],
  feeds: [],
  inventory: NO_INVENTORY,
};
