import type { BuiltTopology } from '../places.ts';
import { GPU, type Topology, type Work, type WorkShare } from '../topology.ts';

const NOBODY: readonly WorkShare[] = [];

/**
 * Who works on a GPU. Of a board that several pods or jobs share (MIG instances, time slices) each has the same share: its
 * exporter reads one number for all of them, and what each makes of it nobody tells.
 *
 * @param gpu place of the GPU
 */
export function sharesOf({ start, work, shared }: Topology, gpu: number): readonly WorkShare[] {
  const i = gpu - start[GPU];
  const one = work[i];
  return shared[i] ?? (one ? [{ work: one, share: 1 }] : NOBODY);
}

/** Who works on each GPU, by its place. */
export function workOf(
  { topology: { start }, placeOfGpu }: BuiltTopology,
  gpus: readonly { readonly works: readonly Work[] }[],
): Pick<Topology, 'work' | 'shared'> {
  const none = () => new Array(start[GPU + 1] - start[GPU]).fill(undefined);
  const [work, shared]: [(Work | undefined)[], Topology['shared'][number][]] = [none(), none()];
  gpus.forEach(({ works }, id) => {
    const place = placeOfGpu[id];
    if (place < 0 || works.length === 0) return;
    work[place - start[GPU]] = works[0];
    if (works.length > 1) shared[place - start[GPU]] = works.map((one) => ({ work: one, share: 1 / works.length }));
  });
  return { work, shared };
}
