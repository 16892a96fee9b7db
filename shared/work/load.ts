import type { FabricColumns } from '../fabric.ts';
import type { Frame } from '../frame.ts';
import type { SignalId } from '../signals/catalogue.ts';
import type { Load } from './classify.ts';
import type { WorkPart } from './parts.ts';

/**
 * What holds a job: means over its GPUs, those of recorded racks by the mean of the rack's and how many of them are
 * metered; of links the worst, since the slowest holds back the rest.
 *
 * @param nodes whose links are its own
 */
export function loadOf(
  frame: Frame,
  fabric: FabricColumns,
  parts: readonly WorkPart[],
  nodes: readonly number[],
): Load {
  const mean = (board: SignalId, recorded: SignalId) => meanOf(frame, parts, board, recorded);
  return {
    ...{ util: mean('gpu.util', 'work.util'), thermal: mean('gpu.thermalThrottle', 'work.heatHeld') },
    ...{ power: mean('gpu.powerThrottle', 'work.capHeld'), brake: mean('gpu.brakeThrottle', 'work.brakeHeld') },
    ...{ memory: mean('gpu.dram', 'work.dram'), tensor: mean('gpu.tensor', 'work.tensor') },
    ...{ sm: mean('gpu.smActive', 'work.sm'), ...worstLink(frame, fabric, nodes) },
  };
}

function meanOf({ columns }: Frame, parts: readonly WorkPart[], board: SignalId, recorded: SignalId): number {
  const [ofBoards, ofWork] = [columns.get(board), columns.get(recorded)];
  let [sum, count] = [0, 0];
  const add = (value: number, weight: number) => {
    if (Number.isNaN(value) || !(weight > 0)) return;
    sum += value * weight;
    count += weight;
  };
  for (const part of parts) {
    if (part.recorded >= 0) add(ofWork?.value[part.recorded] ?? Number.NaN, part.gpus - part.silentGpus);
    for (const gpu of part.boards) add(ofBoards?.value[gpu] ?? Number.NaN, 1);
  }
  return count === 0 ? Number.NaN : sum / count;
}

/** The link that waits longest; where none tells, the fullest. */
function worstLink({ topology }: Frame, fabric: FabricColumns, nodes: readonly number[]) {
  const on = new Set(nodes);
  let [linkUse, linkWait] = [Number.NaN, Number.NaN];
  topology.linkNode.forEach((node, link) => {
    if (!on.has(node)) return;
    const [use, wait] = [fabric.use[link], fabric.wait[link]];
    if (wait > linkWait || (Number.isNaN(linkWait) && (!Number.isNaN(wait) || !(use <= linkUse))))
      [linkUse, linkWait] = [use, wait];
  });
  return { linkUse, linkWait };
}
