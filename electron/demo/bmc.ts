import type { EpochMs, Watts } from '../../shared/units.ts';
import { type Load, type NodeState, newNodeState } from './load.ts';

/** ipmi_exporter in front of every node's BMC: what the node draws, in whole watts. */
export class BmcText {
  readonly #load: Load;
  readonly #state: NodeState;

  constructor(load: Load) {
    this.#load = load;
    this.#state = newNodeState(load.plan.nodes.reduce((most, node) => Math.max(most, node.gpus), 0));
  }

  /** Watts of a node (index in the plan): its boards and all that goes with them. */
  nodeW(index: number, time: EpochMs): Watts {
    const { plan } = this.#load;
    const node = plan.nodes[index];
    const { wattPerGpuWatt, fixedWPerGpu } = plan.racks[node.rack].machine;
    this.#load.read(node, time, this.#state);
    let boards = 0;
    for (let i = 0; i < node.gpus; i++) boards += this.#state.powerW[i];
    return boards * wattPerGpuWatt + fixedWPerGpu * node.gpus;
  }

  /** The exposition of one BMC at a time. Names of ipmi_exporter's docs/metrics.md. */
  read(index: number, time: EpochMs): string {
    return [
      "# HELP ipmi_up '1' if a scrape of the IPMI device was successful, '0' otherwise.",
      '# TYPE ipmi_up gauge',
      'ipmi_up{collector="dcmi"} 1',
      '# HELP ipmi_dcmi_power_consumption_watts Current power consumption in Watts.',
      '# TYPE ipmi_dcmi_power_consumption_watts gauge',
      `ipmi_dcmi_power_consumption_watts ${Math.round(this.nodeW(index, time))}`,
      '',
    ].join('\n');
  }
}
