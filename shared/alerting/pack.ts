import type { AlertDomain, AlertLevel, AlertSeverity, Rule, Runbook } from './alert.ts';

/**
 * The rules that ship, as alerts.md lists them. Thresholds that are settings (warn 90 %, critical 97 %) are named; all
 * others stand in the conditions and can be edited. What each looks at is told in quantities.ts.
 */

const MINUTE = 60_000;
const PLACES: readonly AlertLevel[] = ['site', 'hall', 'row', 'rack', 'feed'];

type Optional = Partial<Pick<Rule, 'clear' | 'at' | 'keepFiringForMs'>>;

function rule(
  name: string,
  domain: AlertDomain,
  severity: AlertSeverity,
  minutes: number,
  when: string,
  [means, check, act]: readonly [means: string, check: string, act: string],
  more: Optional = {},
): Rule {
  const runbook: Runbook = { means, check, act };
  return {
    ...{ name, domain, severity, when, runbook, forMs: minutes * MINUTE, keepFiringForMs: 0 },
    ...{ labels: {}, onStale: 'hold', overrides: [], enabled: true },
    ...more,
  };
}

const POWER: readonly Rule[] = [
  rule(
    ...(['BudgetNearCap', 'power', 'warning', 1, 'budget.use >= warn_ratio'] as const),
    [
      'The draw of this place or feed is within a tenth of the watts that it may use.',
      'Its trend and time to cap; which children draw most; whether a job is starting or a neighbour was moved here.',
      'Hold new jobs for this place, or lower power limits of its GPUs, before it reaches the critical share.',
    ],
    { at: PLACES, clear: 'budget.use < warn_ratio - 2%' },
  ),
  rule(
    ...(['BudgetAtCap', 'power', 'critical', 1, 'budget.use >= crit_ratio'] as const),
    [
      'The draw of this place or feed is at its budget: a little more, and a breaker or the power brake acts.',
      'Whether both feeds are up; whether the draw is measured or estimated; which racks climb.',
      'Shed load now: lower power limits, pause or move jobs. Do not start anything here.',
    ],
    { at: PLACES, clear: 'budget.use < crit_ratio - 2%' },
  ),
  rule('CapForecast', 'power', 'critical', 2, 'budget.cap_minutes < 15', [
    'A straight line through the last 15 min (R² ≥ 0.6) meets the budget within 15 min.',
    'Whether the climb is a job that starts, which levels off, or one that goes on.',
    'Decide now what to shed: at the cap there is no time left. Lower power limits of the row that climbs.',
  ]),
  rule('FeedLossNotSurvivable', 'power', 'warning', 5, 'feed.loss_trips > 0', [
    'If this feed is lost, the other would carry more than its rating at some place: it would trip too.',
    'Which places are over, in Power under "feed loss"; whether draws are measured there.',
    'Move load to places that hold, or lower limits, until the loss of either feed is survived.',
  ]),
  rule(
    ...(['FeedImbalance', 'power', 'warning', 10, 'rack.feed_imbalance > 20%'] as const),
    [
      'Feeds A and B of this rack differ by more than a fifth of the larger: one carries what two should.',
      'A power supply that is off or failed, a cord in the wrong PDU, a breaker that is open.',
      'Restore the missing supplies. Until then count the rack as fed by one feed.',
    ],
    { clear: 'rack.feed_imbalance < 18%' },
  ),
  rule('GpusHeldByPowerCap', 'power', 'warning', 5, 'rack.capped_share > 10%', [
    'More than a tenth of the GPUs of this rack were held by their power limit for over half of 5 min. One is normal.',
    'Whether limits were lowered on purpose; clocks and tokens or steps per second against other racks.',
    'Nothing, if limits were lowered on purpose. Else raise them within the budget, or spread the job.',
  ]),
  rule('HwPowerBrake', 'power', 'critical', 0, 'gpu.brake == 1', [
    'Hardware outside the GPU pulled the power brake: clocks are cut to a fraction at once.',
    'Power supplies and feeds of the rack, its BMC log, and whether a breaker tripped on one side.',
    'Treat it as the loss of power redundancy: find the supply or feed, and take load off the rack.',
  ]),
  rule('HwThermalSlowdown', 'power', 'critical', 1, 'gpu.hw_heat_held > 10%', [
    'The GPU is so hot that hardware halved its clock for over a tenth of 5 min. One slow GPU holds up its whole job.',
    'Coolant or air at the node, fans or pump, its neighbours, memory temperature.',
    'Drain the node if it does not cool down within minutes, and have its cooling looked at.',
  ]),
  rule('SwThermalSlowdown', 'power', 'warning', 1, 'gpu.sw_heat_held > 10%', [
    'The driver lowers the clock to keep the GPU below its slowdown temperature.',
    'Inlet temperature, coolant, and whether others in the rack run warm too.',
    'Improve the cooling; the GPU protects itself, at the cost of its job.',
  ]),
  rule(
    ...([
      'SilentThrottle',
      'power',
      'warning',
      5,
      'gpu.clock_share < 70% and gpu.util > 50% and gpu.throttle == 0',
    ] as const),
    [
      'The GPU works at less than 0.7 of its clock and gives no reason for it.',
      'Application clocks set by somebody, a driver fault, a power connector.',
      'Reset clocks; if it comes back, drain the node and run DCGM diagnostics.',
    ],
    { at: ['gpu'] },
  ),
];

const FABRIC: readonly Rule[] = [
  rule(
    ...(['LinkSaturated', 'fabric', 'critical', 2] as const),
    'link.use > 95% and (link.wait_share > 5% or link.congested == 1)',
    [
      'The link is full and has to wait as well: what goes through it is slower for that. Use alone is good use.',
      'The leaf above it and its other ports; routing; a job that should have been placed under one leaf.',
      'Spread the job over rails or leaves, or mend the routing.',
    ],
  ),
  rule('LeafSaturated', 'fabric', 'critical', 2, 'leaf.saturated == 1', [
    'Uplinks of this leaf are full and have to wait: whatever leaves its racks is slower for that.',
    'Which jobs send through it and whether they fit under one leaf; whether a cable of it is out; routing.',
    'Spread the job over other leaves, mend cables that are out, or mend the routing.',
  ]),
  rule('LinkDegraded', 'fabric', 'warning', 2, 'link.degraded == 1', [
    'The port runs at a lower rate than the same port of other nodes.',
    'Its cable or transceiver, and what the switch says of its port.',
    'Reseat or replace the cable. A job over this port waits for it.',
  ]),
  rule('LinkFlapping', 'fabric', 'warning', 2, 'link.recent_downs > 2', [
    'The port went down more than twice within 10 min.',
    'Cable, transceiver and the switch port; errors before each fall.',
    'Take the port out of use and replace the cable.',
  ]),
  rule('LinkDown', 'fabric', 'warning', 2, 'link.down == 1', [
    'The port was active and is not any more.',
    'Whether the switch or the cable is gone, or someone works there.',
    'Restore it, or drain the node: its jobs have lost a rail.',
  ]),
  rule('NvlinkDown', 'fabric', 'warning', 2, 'gpu.nvlinks_down > 0', [
    'NVLinks of this GPU were active and are not any more: collective operations wait for what is left.',
    'XIDs 74 and 144–150 of the same GPU, the NVSwitch tray or cable at the other end, Fabric Manager.',
    'Drain the node and reset the GPU; if they stay down, have tray, cable or board replaced.',
  ]),
  rule(
    ...(['PcieDowntrained', 'fabric', 'warning', 2] as const),
    '(gpu.pcie_width_share < 1 or gpu.pcie_gen_share < 1) and gpu.util > 50%',
    [
      'The GPU works and its PCIe link runs below its width or generation.',
      'Seating of the board, riser and retimer; replays; the BIOS.',
      'Drain the node and reseat; if it comes back, have the board or riser replaced.',
    ],
    { at: ['gpu'] },
  ),
  rule('LinkErrors', 'fabric', 'warning', 5, 'link.errors_unusual == 1', [
    'Symbol, recovery or CRC errors of this port grow faster than is usual for it.',
    'The cable at both ends, transceiver temperature, the peer port.',
    'Clean or replace the cable before the port flaps.',
  ]),
  rule(
    ...(['GpuLinkErrors', 'fabric', 'warning', 5] as const),
    'gpu.nvlink_errors_unusual == 1 or gpu.pcie_replay_unusual == 1',
    [
      'NVLink errors or PCIe replays of this GPU grow faster than is usual for it.',
      'XIDs 74 and 144–150 of the same GPU, its neighbours on the NVLink domain.',
      'Plan a reset of the GPU; if it comes back, have the board looked at.',
    ],
    { at: ['gpu'] },
  ),
];

const HARDWARE: readonly Rule[] = [
  rule(
    ...(['FatalXid', 'hardware', 'critical', 0, 'gpu.fatal_xid > 0'] as const),
    [
      'The driver reported a new fault (XID) by which work on this GPU is lost or at risk.',
      'What the code means, in the GPU’s details; the kernel log of the node around this time.',
      'Drain the node and do what the code asks: most often a reset, else the vendor.',
    ],
    { keepFiringForMs: 10 * MINUTE },
  ),
  rule(
    ...(['UncorrectableEcc', 'hardware', 'critical', 0, 'gpu.new_ecc > 0'] as const),
    [
      'The memory of this GPU had errors that could not be corrected: what was read there was lost.',
      'Whether rows wait for remapping; XIDs 48, 63, 64, 94 and 95.',
      'Restart the job, then drain the node and reset the GPU, so that the rows are remapped.',
    ],
    { keepFiringForMs: 10 * MINUTE },
  ),
  rule('RowRemap', 'hardware', 'critical', 0, 'gpu.remap_pending > 0 or gpu.remap_failed > 0', [
    'Rows of this GPU’s memory wait to be remapped, or could not be.',
    'Which of the two it is: pending is mended by a reset, failed is not.',
    'Pending: drain and reset the GPU. Failed: have the board replaced.',
  ]),
];

const DATA: readonly Rule[] = [
  rule(
    ...(['StoppedReporting', 'data', 'warning', 1, 'data.silent == 1'] as const),
    [
      'Nothing is heard of a rack, node, GPU or feed that should be there. Its alerts hold; its draw counts at nameplate.',
      'Whether the node is down or only its exporter; the network to it; who works there.',
      'Restore it, or take it out of topology.csv if it is gone for good.',
    ],
    { at: ['rack', 'node', 'gpu', 'feed'] },
  ),
  rule(
    ...(['AreaStoppedReporting', 'data', 'critical', 1, 'data.silent == 1'] as const),
    [
      'Nothing is heard of a whole row, hall or site.',
      'The network and the server that scrapes it, before you think of power.',
      'Get eyes on the place by another way. No alert of it can be trusted to rise.',
    ],
    { at: ['site', 'hall', 'row'] },
  ),
  rule('SourceDown', 'data', 'critical', 1, 'source.down == 1', [
    'A configured source does not answer. What only it tells is not known; alerts on it hold.',
    'The fault on the Sources page: address, name, certificate, credentials.',
    'Restore the server or its address. Until then watch its places by other means.',
  ]),
];

/** Evaluated apart from the others, so that it can tell of them. */
export const RULES_CANNOT_RUN: Rule = rule('RulesCannotRun', 'data', 'critical', 0, 'rule.failed_passes >= 3', [
  'A rule, or all of them, could not be evaluated three times in a row: alerts may be missing.',
  'What the rule says is wrong, on the Rules page; whether this machine is overloaded.',
  'Mend or switch off the rule; restart Fleetwatt where it is all of them.',
]);

export const pack: readonly Rule[] = [...POWER, ...FABRIC, ...HARDWARE, ...DATA, RULES_CANNOT_RUN];

/**
 * Which firing rules mute which others, where topology says that one follows from the other: on the same object, on
 * what lies under it, on the ports that are cabled to a leaf, or in the same site as a source.
 */
export interface Inhibition {
  readonly source: string;
  readonly target: readonly string[];
  readonly where: 'same' | 'under' | 'leaf' | 'site';
}
export const inhibitions: readonly Inhibition[] = [
  { source: 'BudgetAtCap', target: ['BudgetNearCap'], where: 'under' },
  { source: 'BudgetAtCap', target: ['CapForecast'], where: 'same' },
  { source: 'HwThermalSlowdown', target: ['SwThermalSlowdown', 'SilentThrottle'], where: 'same' },
  { source: 'HwPowerBrake', target: ['SilentThrottle'], where: 'same' },
  { source: 'LeafSaturated', target: ['LinkSaturated'], where: 'leaf' },
  { source: 'LinkDown', target: ['LinkDegraded', 'LinkErrors', 'LinkFlapping'], where: 'same' },
  { source: 'AreaStoppedReporting', target: ['AreaStoppedReporting', 'StoppedReporting'], where: 'under' },
  { source: 'StoppedReporting', target: ['StoppedReporting', 'LinkDown'], where: 'under' },
  { source: 'SourceDown', target: ['AreaStoppedReporting', 'StoppedReporting'], where: 'site' },
];
