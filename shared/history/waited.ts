import { NODE, type Topology } from '../topology.ts';

/** The highest share of time that a port of each site to rack waited (index: place); NaN where none is known. */
export function worstWaits({ start, parent, linkNode }: Topology, wait: Float32Array): Float32Array {
  const worst = new Float32Array(start[NODE]).fill(Number.NaN);
  for (let link = 0; link < linkNode.length; link++) {
    if (Number.isNaN(wait[link])) continue;
    for (let place = linkNode[link]; place >= 0; place = parent[place])
      if (place < start[NODE] && !(wait[link] <= worst[place])) worst[place] = wait[link];
  }
  return worst;
}
