import type { Objects } from './objects.ts';
import type { BuiltTopology } from './places.ts';
import { GPU, NODE } from './topology.ts';

/** NVLink domain of each node: what the labels of its boards say of cluster and clique. */
export function domainsOf(
  { topology, placeOfNode }: BuiltTopology,
  nodeOf: Int32Array,
  nodes: Objects['nodes'],
): string[] {
  const first = topology.start[NODE];
  const domains: string[] = new Array(topology.start[NODE + 1] - first).fill('');
  nodes.forEach(({ labels }, node) => {
    const place = nodeOf[node] < 0 ? -1 : placeOfNode[nodeOf[node]];
    const cluster = labels.get('DCGM_FI_DEV_FABRIC_CLUSTER_UUID') ?? '';
    const clique = labels.get('DCGM_FI_DEV_FABRIC_CLIQUE_ID') ?? '';
    if (place >= 0 && cluster !== '') domains[place - first] = clique === '' ? cluster : `${cluster}.${clique}`;
  });
  return domains;
}

/** InfiniBand GUID of each GPU's platform, by its place; empty where none is told. */
export function guidsOf({ topology: { start }, placeOfGpu }: BuiltTopology, gpus: Objects['gpus']): string[] {
  let guids: string[] = [];
  gpus.forEach(({ guid }, gpu) => {
    if (guid === '' || placeOfGpu[gpu] < 0) return;
    if (guids.length === 0) guids = new Array(start[GPU + 1] - start[GPU]).fill('');
    guids[placeOfGpu[gpu] - start[GPU]] = guid;
  });
  return guids;
}
