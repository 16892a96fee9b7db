import { createHash } from 'node:crypto';
import type { LayoutDocument } from '../../../shared/contract.ts';
import type { Topology } from '../../../shared/topology.ts';

/** What tells layouts apart by what is in them: fleets that were made for different instants number theirs alike. */
export class LayoutIds {
  readonly #known = new WeakMap<Topology, string>();

  /** The id of a topology's layout: the same for the same places with the same facts. */
  idOf(layout: LayoutDocument, topology: Topology | undefined): string {
    const known = topology && this.#known.get(topology);
    if (known) return known;
    const id = createHash('sha256')
      .update(JSON.stringify({ ...layout, version: 0 }))
      .digest('hex')
      .slice(0, 32);
    if (topology) this.#known.set(topology, id);
    return id;
  }
}
