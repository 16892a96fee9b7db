import { z } from 'zod';
import type { FabricMatrix } from '../fabric/matrix.ts';
import type { LeafHistory } from '../fabric/memory.ts';
import type { FabricOverview } from '../fabric/overview.ts';
import { LINK_KINDS } from '../fabric/reading.ts';

/** Calls of the interconnect: nothing of it is computed for viewers who do not ask. */
export const fabricCalls = {
  /** Four kinds of network in a few numbers, and their domains. */
  fabricOverview: { role: 'read', arg: z.strictObject({}) },
  /** The matrix of one kind; '' as pod is all of it. */
  fabric: { role: 'read', arg: z.strictObject({ kind: z.enum(LINK_KINDS), pod: z.string().max(1000) }) },
  /** The last hour of one row of a matrix whose cables are known. */
  fabricLeaf: { role: 'read', arg: z.strictObject({ kind: z.enum(LINK_KINDS), key: z.string().max(1000) }) },
} as const;

export interface FabricResults {
  fabricOverview: FabricOverview | null;
  fabric: FabricMatrix | null;
  fabricLeaf: LeafHistory;
}
