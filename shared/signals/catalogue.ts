/**
 * The catalogue: every normalised quantity once, whatever exporter it came from.
 * Units are the unit of the value in a frame column; profiles scale into them.
 */

/**
 * Which kind of object carries a signal. An `nvlink` is one of a GPU's links (nvlinks.ts), a `link` one NIC port, a `port` one of a switch, a `feed` one PDU inlet, a
 * `server` one of inference, a `place` a rack or what is above it.
 */
export type ObjectKind = 'gpu' | 'nvlink' | 'node' | 'link' | 'port' | 'feed' | 'server' | 'place' | 'work';

/** How children make their parent's value. `none`: the parent has no such value. */
export type Aggregation = 'sum' | 'max' | 'median' | 'worst' | 'none';

/** Units of columns. `bits` is a clock-event bitmask, `code` an opaque number, `1/s` events per second. */
export type SignalUnit =
  | 'W'
  | 'VA'
  | 'A'
  | 'V'
  | 'C'
  | 'ratio'
  | 'MHz'
  | 'B/s'
  | 'B'
  | 'bits'
  | 'J'
  | 'code'
  | 'count'
  | '1/s'
  | 'ticks/s'
  | 's'
  | 'GT/s'
  | 'rpm'
  | 'lanes';

export interface Signal {
  readonly id: SignalId;
  readonly label: string;
  readonly unit: SignalUnit;
  readonly kind: ObjectKind;
  /** A reading outside [min, max] is a bad sample: dropped and counted (signals.md trap 3). */
  readonly min: number;
  readonly max: number;
  readonly aggregation: Aggregation;
}

const rows = {
  'gpu.power': ['Board power', 'W', 'gpu', 0, 3000, 'sum'],
  'gpu.powerLimit': ['Enforced power limit', 'W', 'gpu', 1, 3000, 'sum'],
  'gpu.util': ['GPU utilisation', 'ratio', 'gpu', 0, 1, 'median'],
  'gpu.temp': ['GPU temperature', 'C', 'gpu', -20, 150, 'max'],
  'gpu.tempLimit': ['Slowdown temperature', 'C', 'gpu', 20, 150, 'none'],
  'gpu.memTemp': ['Memory temperature', 'C', 'gpu', -20, 150, 'max'],
  'gpu.clock': ['SM clock', 'MHz', 'gpu', 0, 10_000, 'median'],
  'gpu.clockMax': ['Maximum SM clock', 'MHz', 'gpu', 1, 10_000, 'none'],
  'gpu.throttle': ['Clock event reasons', 'bits', 'gpu', 0, 0xffff, 'worst'],
  'gpu.powerThrottle': ['Time held by power cap', 'ratio', 'gpu', 0, 1.05, 'median'],
  'gpu.thermalThrottle': ['Time held by heat', 'ratio', 'gpu', 0, 1.05, 'median'],
  'gpu.nvlink': ['NVLink throughput, both directions', 'B/s', 'gpu', 0, 4e12, 'median'],
  'gpu.pcie': ['PCIe throughput, both directions', 'B/s', 'gpu', 0, 4e11, 'median'],
  'gpu.memUsed': ['Frame buffer used', 'B', 'gpu', 0, 1e13, 'sum'],
  'gpu.xid': ['Last XID', 'code', 'gpu', 0, 100_000, 'none'],
  'gpu.powerLimitDefault': ['Default power limit', 'W', 'gpu', 1, 3000, 'sum'],
  'gpu.powerLimitMax': ['Highest power limit', 'W', 'gpu', 1, 3000, 'sum'],
  'gpu.brakeThrottle': ['Time held by power brake', 'ratio', 'gpu', 0, 1.05, 'max'],
  'gpu.syncThrottle': ['Time held by the slowest of its group', 'ratio', 'gpu', 0, 1.05, 'median'],
  'gpu.tempMargin': ['Distance to slowdown', 'C', 'gpu', -100, 150, 'none'],
  'gpu.smActive': ['SMs active', 'ratio', 'gpu', 0, 1, 'median'],
  'gpu.tensor': ['Tensor pipe active', 'ratio', 'gpu', 0, 1, 'median'],
  'gpu.dram': ['Memory bandwidth used', 'ratio', 'gpu', 0, 1, 'median'],
  'gpu.memTotal': ['Frame buffer', 'B', 'gpu', 0, 1e13, 'sum'],
  'gpu.memClock': ['Memory clock', 'MHz', 'gpu', 0, 20_000, 'median'],
  'gpu.nvlinkTx': ['NVLink transmit', 'B/s', 'gpu', 0, 4e12, 'median'],
  'gpu.nvlinkRx': ['NVLink receive', 'B/s', 'gpu', 0, 4e12, 'median'],
  'gpu.nvlinkErrors': ['NVLink errors', '1/s', 'gpu', 0, 1e9, 'sum'],
  'gpu.nvlinkWait': ['NVLink transmit wait, raw ticks', 'ticks/s', 'gpu', 0, 1e13, 'max'],
  'gpu.pcieTx': ['PCIe transmit', 'B/s', 'gpu', 0, 4e11, 'median'],
  'gpu.pcieRx': ['PCIe receive', 'B/s', 'gpu', 0, 4e11, 'median'],
  'gpu.pcieGen': ['PCIe generation', 'code', 'gpu', 1, 8, 'none'],
  'gpu.pcieGenMax': ['Highest PCIe generation', 'code', 'gpu', 1, 8, 'none'],
  'gpu.pcieWidth': ['PCIe width', 'lanes', 'gpu', 1, 32, 'none'],
  'gpu.pcieWidthMax': ['Highest PCIe width', 'lanes', 'gpu', 1, 32, 'none'],
  'gpu.pcieReplay': ['PCIe replays', '1/s', 'gpu', 0, 1e9, 'sum'],
  'gpu.eccCorrected': ['Corrected ECC errors', 'count', 'gpu', 0, 1e15, 'sum'],
  'gpu.eccUncorrected': ['Uncorrected ECC errors', 'count', 'gpu', 0, 1e12, 'sum'],
  'gpu.remapPending': ['Row remap pending', 'code', 'gpu', 0, 1e6, 'max'],
  'gpu.remapFailed': ['Row remap failed', 'code', 'gpu', 0, 1e6, 'max'],
  'gpu.fabricHealth': ['Fabric health (1 healthy, 2 unhealthy, 3 limited)', 'code', 'gpu', 0, 3, 'none'],
  'gpu.recovery': ['Recovery action', 'code', 'gpu', 0, 100, 'none'],
  'gpu.powerLimitMin': ['Lowest power limit', 'W', 'gpu', 1, 3000, 'sum'],
  'gpu.memBusy': ['Memory controller busy', 'ratio', 'gpu', 0, 1, 'median'],
  'gpu.energy': ['Energy since the driver was loaded', 'J', 'gpu', 0, 1e15, 'sum'],
  'gpu.xidCount': ['XIDs in the exporter’s window', 'count', 'gpu', 0, 1e9, 'sum'],
  'gpu.clockEvents': ['Clock events in the exporter’s window', 'count', 'gpu', 0, 1e9, 'max'],
  'gpu.rowsRemapped': ['Rows remapped', 'count', 'gpu', 0, 1e6, 'sum'],
  'gpu.pagesRetired': ['Pages retired', 'count', 'gpu', 0, 1e6, 'sum'],
  'gpu.healthStatus': ['Health (0 pass, 10 warning, 20 failure)', 'code', 'gpu', 0, 20, 'max'],
  'gpu.slot': ['Slot in the chassis', 'code', 'gpu', 0, 1000, 'none'],
  'gpu.tray': ['Tray in the rack', 'code', 'gpu', 0, 1000, 'none'],
  'gpu.host': ['Host in the tray', 'code', 'gpu', 0, 1000, 'none'],
  'gpu.module': ['Module on the host', 'code', 'gpu', 0, 1000, 'none'],
  'gpu.clique': ['NVLink clique', 'code', 'gpu', 0, 1e9, 'none'],
  'gpu.healthy': ['Health as the exporter says (1 well)', 'ratio', 'gpu', 0, 1, 'none'],
  'node.power': ['Node power', 'W', 'node', 0, 200_000, 'sum'],
  'node.powerCapacity': ['Power supplies, rated', 'W', 'node', 1, 400_000, 'sum'],
  'node.cpuPower': ['Processor power', 'W', 'node', 0, 20_000, 'sum'],
  'node.cpuPowerLimit': ['Processor power limit', 'W', 'node', 1, 20_000, 'sum'],
  'node.modulePower': ['Processors and GPUs of Grace modules', 'W', 'node', 0, 100_000, 'sum'],
  'node.switchPower': ['NVSwitch power', 'W', 'node', 0, 20_000, 'sum'],
  'node.switchTemp': ['NVSwitch temperature', 'C', 'node', -20, 150, 'max'],
  'node.switchFault': ['Last fatal SXID', 'code', 'node', 0, 1e6, 'none'],
  'node.inletTemp': ['Inlet temperature', 'C', 'node', -20, 100, 'max'],
  'link.rx': ['Link receive', 'B/s', 'link', 0, 1e12, 'sum'],
  'link.tx': ['Link transmit', 'B/s', 'link', 0, 1e12, 'sum'],
  'link.rate': ['Link rate, one direction', 'B/s', 'link', 1, 1e12, 'none'],
  'link.wait': ['Transmit wait, raw ticks', 'ticks/s', 'link', 0, 1e13, 'max'],
  /** 4 is active (InfiniBand's own number); Ethernet carrier 1 is 4 too. */
  'link.state': ['Link state (4 active)', 'code', 'link', 0, 10, 'none'],
  'link.errors': ['Link errors', '1/s', 'link', 0, 1e9, 'sum'],
  'link.discards': ['Packets discarded', '1/s', 'link', 0, 1e10, 'sum'],
  'link.downs': ['Times the link went down', 'count', 'link', 0, 1e12, 'sum'],
  'link.ecn': ['Packets marked for congestion (ECN)', '1/s', 'link', 0, 1e10, 'sum'],
  'link.pfc': ['Priority pause frames', '1/s', 'link', 0, 1e10, 'sum'],
  'port.rx': ['Switch port receive', 'B/s', 'port', 0, 1e12, 'none'],
  'port.tx': ['Switch port transmit', 'B/s', 'port', 0, 1e12, 'none'],
  'port.rate': ['Switch port rate, one direction', 'B/s', 'port', 1, 1e12, 'none'],
  'port.wait': ['Switch port transmit wait, raw ticks', 'ticks/s', 'port', 0, 1e13, 'none'],
  /** 1 while the switch names what is at the other end. */
  'port.linked': ['Switch port has a neighbour', 'code', 'port', 0, 1, 'none'],
  'port.state': ['Switch port state (4 active)', 'code', 'port', 0, 40, 'none'],
  'port.errors': ['Switch port errors', '1/s', 'port', 0, 1e9, 'none'],
  'port.discards': ['Switch port packets discarded', '1/s', 'port', 0, 1e10, 'none'],
  'port.downs': ['Times the switch port went down', 'count', 'port', 0, 1e12, 'none'],
  'port.ecn': ['Switch port congestion marks', '1/s', 'port', 0, 1e10, 'none'],
  'port.pfc': ['Switch port priority pause frames', '1/s', 'port', 0, 1e10, 'none'],
  'feed.power': ['PDU inlet power', 'W', 'feed', 0, 2_000_000, 'sum'],
  'feed.apparent': ['PDU inlet apparent power', 'VA', 'feed', 0, 2_000_000, 'sum'],
  'feed.current': ['PDU inlet current', 'A', 'feed', 0, 10_000, 'none'],
  'feed.voltage': ['PDU inlet voltage', 'V', 'feed', 0, 1000, 'none'],
  'feed.rating': ['PDU inlet rating', 'W', 'feed', 1, 2_000_000, 'sum'],
  'feed.load': ['PDU inlet load, share of its rating', 'ratio', 'feed', 0, 2, 'max'],
  'feed.breakerUse': ['Fullest breaker of the PDU, share of its rating', 'ratio', 'feed', 0, 2, 'max'],
  'feed.breakerCurrent': ['Busiest breaker of the PDU', 'A', 'feed', 0, 1000, 'none'],
  /** A UPS stands above racks: what it gives is in its racks' feeds already and is never added to them. */
  'ups.power': ['UPS output', 'W', 'feed', 0, 20_000_000, 'none'],
  'ups.load': ['UPS load, share of its rating', 'ratio', 'feed', 0, 2, 'none'],
  'ups.rating': ['UPS rating', 'W', 'feed', 1, 20_000_000, 'none'],
  'server.tokens': ['Tokens made', '1/s', 'server', 0, 1e8, 'none'],
  'server.promptTokens': ['Prompt tokens read', '1/s', 'server', 0, 1e9, 'none'],
  'server.requests': ['Requests finished', '1/s', 'server', 0, 1e7, 'none'],
  'server.running': ['Requests running', 'count', 'server', 0, 1e6, 'none'],
  'server.waiting': ['Requests waiting', 'count', 'server', 0, 1e7, 'none'],
  'server.kvCache': ['KV cache used', 'ratio', 'server', 0, 1, 'none'],
  'server.preemptions': ['Requests preempted', '1/s', 'server', 0, 1e7, 'none'],
  'server.cacheHits': ['Prompt tokens found in the cache', 'ratio', 'server', 0, 1, 'none'],
  // Means over what was observed lately: a histogram's sum per its count.
  'server.ttft': ['Time to first token, mean', 's', 'server', 0, 1e5, 'none'],
  'server.tokenTime': ['Time per output token, mean', 's', 'server', 0, 1e5, 'none'],
  'server.requestTime': ['Time per request, mean', 's', 'server', 0, 1e6, 'none'],
  'server.queueTime': ['Time in the queue, mean', 's', 'server', 0, 1e6, 'none'],
  'feed.energy': ['PDU energy meter', 'J', 'feed', 0, 1e18, 'sum'],
  // What recording rules tell of racks and of places above them (recorded/).
  'place.gpus': ['GPUs that report', 'count', 'place', 0, 1e7, 'none'],
  'place.gpusKnown': ['GPUs that ever reported', 'count', 'place', 0, 1e7, 'none'],
  'place.model': ['Model of its boards is told', 'code', 'place', 0, 1, 'none'],
  'place.gpuPower': ['Board power, recorded', 'W', 'place', 0, 1e9, 'none'],
  'place.util': ['GPU utilisation, recorded', 'ratio', 'place', 0, 1, 'none'],
  'place.utilP10': ['Lowest tenth of GPU utilisation, recorded', 'ratio', 'place', 0, 1, 'none'],
  'place.idle': ['Idle GPUs, recorded', 'count', 'place', 0, 1e7, 'none'],
  'place.temp': ['Hottest GPU, recorded', 'C', 'place', -20, 150, 'none'],
  'place.tempUse': ['Hottest GPU by its limit, recorded', 'ratio', 'place', 0, 10, 'none'],
  'place.throttle': ['Clock event reasons, recorded', 'bits', 'place', 0, 0xffff, 'none'],
  'place.reasons': ['GPUs that tell clock event reasons, recorded', 'count', 'place', 0, 1e7, 'none'],
  'place.held': ['GPUs held, recorded', 'count', 'place', 0, 1e7, 'none'],
  'place.heldByPower': ['GPUs held by power, recorded', 'count', 'place', 0, 1e7, 'none'],
  'place.capped': ['GPUs held by the power cap, recorded', 'count', 'place', 0, 1e7, 'none'],
  'place.gpuLimit': ['Board power limits, recorded', 'W', 'place', 0, 1e9, 'none'],
  'place.gpusLimited': ['GPUs that tell their limit, recorded', 'count', 'place', 0, 1e7, 'none'],
  'place.nvlink': ['NVLink throughput, recorded', 'B/s', 'place', 0, 4e12, 'none'],
  'place.nodePower': ['Node power, recorded', 'W', 'place', 0, 1e9, 'none'],
  'place.nodesMetered': ['Nodes that are metered, recorded', 'count', 'place', 0, 1e6, 'none'],
  'place.linkUse': ['Fullest port, recorded', 'ratio', 'place', 0, 100, 'none'],
  'place.links': ['Ports of known use, recorded', 'count', 'place', 0, 1e7, 'none'],
  'place.rx': ['Receive of all ports, recorded', 'B/s', 'place', 0, 1e15, 'none'],
  'place.tx': ['Transmit of all ports, recorded', 'B/s', 'place', 0, 1e15, 'none'],
  'place.linksFull': ['Full ports that wait, recorded', 'count', 'place', 0, 1e7, 'none'],
  'place.linksDegraded': ['Ports slower than their peers, recorded', 'count', 'place', 0, 1e7, 'none'],
  'place.ibPorts': ['InfiniBand ports, recorded', 'count', 'place', 0, 1e7, 'none'],
  'place.ibDown': ['InfiniBand ports that are down, recorded', 'count', 'place', 0, 1e7, 'none'],
  'place.ibTx': ['InfiniBand transmit, recorded', 'B/s', 'place', 0, 1e15, 'none'],
  'place.ibRate': ['Rate of InfiniBand ports, recorded', 'B/s', 'place', 0, 1e15, 'none'],
  'place.ethernetPorts': ['Ethernet ports, recorded', 'count', 'place', 0, 1e7, 'none'],
  'place.ethernetDown': ['Ethernet ports that are down, recorded', 'count', 'place', 0, 1e7, 'none'],
  'place.ethernetTx': ['Ethernet transmit, recorded', 'B/s', 'place', 0, 1e15, 'none'],
  'place.ethernetRate': ['Rate of Ethernet ports, recorded', 'B/s', 'place', 0, 1e15, 'none'],
  // What recording rules tell of the pods and jobs of a rack.
  'work.gpus': ['GPUs of a pod or job, recorded', 'count', 'work', 0, 1e7, 'none'],
  'work.silent': ['Silent GPUs of a pod or job', 'count', 'work', 0, 1e7, 'none'],
  'work.metered': ['Metered GPUs of a pod or job, recorded', 'count', 'work', 0, 1e7, 'none'],
  'work.power': ['Board power of a pod or job, recorded', 'W', 'work', 0, 1e9, 'none'],
  'work.util': ['GPU utilisation of a pod or job, recorded', 'ratio', 'work', 0, 1, 'none'],
  'work.capHeld': ['Time held by power cap, recorded', 'ratio', 'work', 0, 1.05, 'none'],
  'work.heatHeld': ['Time held by heat, recorded', 'ratio', 'work', 0, 1.05, 'none'],
  'work.brakeHeld': ['Time held by power brake, recorded', 'ratio', 'work', 0, 1.05, 'none'],
  'work.dram': ['Memory bandwidth used, recorded', 'ratio', 'work', 0, 1, 'none'],
  'work.tensor': ['Tensor pipe active, recorded', 'ratio', 'work', 0, 1, 'none'],
  'work.sm': ['SMs active, recorded', 'ratio', 'work', 0, 1, 'none'],
  'gpu.tempShutdown': ['Shutdown temperature', 'C', 'gpu', 20, 150, 'none'],
  'gpu.encoder': ['Video encoder busy', 'ratio', 'gpu', 0, 1, 'median'],
  'gpu.decoder': ['Video decoder busy', 'ratio', 'gpu', 0, 1, 'median'],
  'gpu.nvlinkSymbolBer': ['NVLink symbol bit error ratio', 'ratio', 'gpu', 0, 1, 'max'],
  'gpu.nvlinkEffectiveBer': ['NVLink effective bit error ratio', 'ratio', 'gpu', 0, 1, 'max'],
  'gpu.nvlinkRecoveries': ['NVLink recoveries', '1/s', 'gpu', 0, 1e9, 'sum'],
  'gpu.nvlinkRecoveryFailed': ['NVLink recoveries that failed', 'count', 'gpu', 0, 1e12, 'sum'],
  'node.sysioPower': ['Input and output of Grace processors', 'W', 'node', 0, 20_000, 'sum'],
  // How old what is recorded was when it was replaced last, and racks of which more is waited for (recorded/rounds.ts).
  'place.round': ['Age of what is recorded when it is replaced', 's', 'place', 0, 1e6, 'none'],
  'place.waits': ['What is recorded is waited for', 'code', 'place', 0, 1, 'none'],
  // What held clocks cost in recorded racks (recorded/boards.ts).
  'place.lostPower': ['GPUs lost to power, recorded', 'count', 'place', 0, 1e7, 'none'],
  'place.lostHeat': ['GPUs lost to heat, recorded', 'count', 'place', 0, 1e7, 'none'],
  'place.clocked': ['GPUs whose clocks are known, recorded', 'count', 'place', 0, 1e7, 'none'],
  'place.cappedLong': ['GPUs held by power cap over 5 min, recorded', 'ratio', 'place', 0, 1, 'none'],
  // Of the GPUs that are counted those whose power is known, and those that a pod or job has only a part of.
  'place.metered': ['GPUs whose power is known, recorded', 'count', 'place', 0, 1e7, 'none'],
  'work.shared': ['Shared GPUs of a pod or job, recorded', 'count', 'work', 0, 1e7, 'none'],
  // What the rest of DCGM's GPU fields tell (signals.md 1).
  'gpu.clockApp': ['Application SM clock', 'MHz', 'gpu', 0, 10_000, 'none'],
  'gpu.occupancy': ['Warps resident on SMs', 'ratio', 'gpu', 0, 1, 'median'],
  'gpu.memReserved': ['Frame buffer reserved by the driver', 'B', 'gpu', 0, 1e13, 'sum'],
  'gpu.memUse': ['Frame buffer used, share', 'ratio', 'gpu', 0, 1, 'median'],
  'gpu.boardThrottle': ['Time held by the board’s limit', 'ratio', 'gpu', 0, 1.05, 'median'],
  'gpu.lowUtilThrottle': ['Time held for low utilisation', 'ratio', 'gpu', 0, 1.05, 'median'],
  'gpu.reliabilityThrottle': ['Time held for reliability', 'ratio', 'gpu', 0, 1.05, 'median'],
  'gpu.appClockThrottle': ['Time below application clocks', 'ratio', 'gpu', 0, 1.05, 'median'],
  'gpu.baseClockThrottle': ['Time below base clocks', 'ratio', 'gpu', 0, 1.05, 'median'],
  'gpu.fabricMask': ['Fabric health mask', 'bits', 'gpu', 0, 0xffff_ffff, 'none'],
  'gpu.p2p': ['Worst NVLink peer status (0 OK)', 'code', 'gpu', 0, 6, 'max'],
  'gpu.nvlinkRecovered': ['NVLink recoveries that succeeded', 'count', 'gpu', 0, 1e12, 'sum'],
  'gpu.smoothing': ['Power smoothing (1 on)', 'code', 'gpu', 0, 1, 'none'],
  'gpu.smoothingLevel': ['Power smoothing privilege level', 'code', 'gpu', 0, 10, 'none'],
  'gpu.smoothingRampDown': ['Power smoothing, immediate ramp down (1 on)', 'code', 'gpu', 0, 1, 'none'],
  'gpu.smoothingCeiling': ['Power smoothing, ceiling', 'W', 'gpu', 0, 3000, 'none'],
  'gpu.smoothingFloor': ['Power smoothing, floor', 'W', 'gpu', 0, 3000, 'none'],
  'gpu.smoothingFloorMax': ['Power smoothing, highest floor that may be set', 'ratio', 'gpu', 0, 1, 'none'],
  'gpu.smoothingFloorMin': ['Power smoothing, lowest floor that may be set', 'ratio', 'gpu', 0, 1, 'none'],
  'gpu.pcieSpeed': ['PCIe speed of one lane', 'GT/s', 'gpu', 1, 128, 'none'],
  'gpu.pcieSpeedMax': ['Highest PCIe speed of one lane', 'GT/s', 'gpu', 1, 128, 'none'],
  // Accelerators whose errors are counted by device, which is none of the cores that are seen.
  'node.eccCorrected': ['Corrected ECC errors of its accelerators', 'count', 'node', 0, 1e15, 'sum'],
  'node.eccUncorrected': ['Uncorrected ECC errors of its accelerators', 'count', 'node', 0, 1e12, 'sum'],
  'node.runErrors': ['Executions that failed on its accelerators', '1/s', 'node', 0, 1e9, 'sum'],
  'gpu.smoothingLife': ['Power smoothing circuitry, lifetime left', 'ratio', 'gpu', 0, 1, 'none'],
  // A sender that is told of congestion sends less; what is lost or late is sent again.
  'link.cnp': ['Congestion notifications obeyed (CNP)', '1/s', 'link', 0, 1e10, 'sum'],
  'link.retries': ['Packets lost or sent again (RoCE)', '1/s', 'link', 0, 1e10, 'sum'],
  'port.faults': ['Switch port faults beside symbol errors', '1/s', 'port', 0, 1e9, 'none'],
  // Of the switch itself, at its port 0.
  'port.switchPower': ['Power supplies of the switch', 'W', 'port', 0, 20_000, 'none'],
  'port.switchTemp': ['Temperature of the switch', 'C', 'port', -20, 150, 'none'],
  'port.switchFan': ['Slowest fan of the switch', 'rpm', 'port', 0, 100_000, 'none'],
  // Parts of a node's power: cores are in the processors', memory stands beside them.
  'node.cpuCorePower': ['Processor cores, part of the processors’ power', 'W', 'node', 0, 20_000, 'sum'],
  'node.dramPower': ['Memory power', 'W', 'node', 0, 20_000, 'sum'],
  'node.sensorPower': ['Largest power sensor of its chips', 'W', 'node', 0, 200_000, 'none'],
  // One NVLink each, where an exporter tells of them one by one.
  /** NVML's number: 0 inactive, 1 active, 2 asleep. */
  'nvlink.state': ['State of one NVLink (1 active)', 'code', 'nvlink', 0, 2, 'none'],
  'nvlink.tx': ['Transmit of one NVLink', 'B/s', 'nvlink', 0, 1e12, 'none'],
  'nvlink.rx': ['Receive of one NVLink', 'B/s', 'nvlink', 0, 1e12, 'none'],
  'nvlink.both': ['Throughput of one NVLink, both directions', 'B/s', 'nvlink', 0, 1e12, 'none'],
  'nvlink.rxErrors': ['Packets received with errors on one NVLink', '1/s', 'nvlink', 0, 1e9, 'none'],
  'nvlink.crcFlit': ['Flit CRC errors of one NVLink', '1/s', 'nvlink', 0, 1e9, 'none'],
  'nvlink.crcData': ['Data CRC errors of one NVLink', '1/s', 'nvlink', 0, 1e9, 'none'],
  'nvlink.replays': ['Replays of one NVLink', '1/s', 'nvlink', 0, 1e9, 'none'],
  'nvlink.recoveries': ['Times one NVLink had to recover', 'count', 'nvlink', 0, 1e12, 'none'],
  'nvlink.symbolBer': ['Symbol bit error ratio of one NVLink', 'ratio', 'nvlink', 0, 1, 'none'],
  'nvlink.effectiveBer': ['Effective bit error ratio of one NVLink', 'ratio', 'nvlink', 0, 1, 'none'],
  'nvlink.wait': ['Transmit wait of one NVLink, raw ticks', 'ticks/s', 'nvlink', 0, 1e13, 'none'],
} as const satisfies Record<string, readonly [string, SignalUnit, ObjectKind, number, number, Aggregation]>;

export type SignalId = keyof typeof rows;

/** Every signal in a fixed order; the position is the signal's column index. */
export const signals: readonly Signal[] = Object.entries(rows).map(
  ([id, [label, unit, kind, min, max, aggregation]]) =>
    ({ id: id as SignalId, label, unit, kind, min, max, aggregation }) satisfies Signal,
);

const byId = new Map(signals.map((signal) => [signal.id, signal]));

/** The catalogue entry of a signal. */
export function signalOf(id: SignalId): Signal {
  return byId.get(id) as Signal;
}
