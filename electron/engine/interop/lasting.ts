import type { LastingFault } from '../../../shared/contract/interop.ts';
import { faultOf } from '../fault.ts';

/** The same fault again is counted, another one begins anew. */
export function lastingFault(before: LastingFault | null, error: unknown, now: number): LastingFault {
  const fault = faultOf(error);
  const same = before?.code === fault.code ? before : null;
  return { ...fault, since: same?.since ?? now, count: (same?.count ?? 0) + 1 };
}
