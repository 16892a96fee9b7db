/**
 * What an XID of the NVIDIA driver says and what a person does about it. Codes, meanings and first actions follow
 * NVIDIA's public "Xid Errors" guide and its catalog for Ampere and newer (docs.nvidia.com/deploy/xid-errors); the words
 * are ours. The guide itself calls them a starting point: one cause may show as several codes.
 */
export interface Xid {
  readonly code: number;
  readonly meaning: string;
  readonly action: string;
  /** Whether work on the GPU is lost or at risk (critical), held by this GPU only (warning), or only noted (advisory). */
  readonly severity: 'critical' | 'warning' | 'advisory';
}

const APP = 'Restart the job. If it comes back with other jobs too, run DCGM diagnostics on the GPU.';
const CODE = 'Restart the job and check its CUDA code: an application fault is the usual cause.';
const RESET = 'Drain the node and reset the GPU. If it comes back, contact the vendor.';
const NVLINK5 =
  'Drain the node, read the sub-code in the kernel log, and reset the GPU. If it comes back, check the NVLink path.';
const WATCH = 'Nothing to do at once. Watch how often it comes.';
const SOFTWARE =
  'Drain the node and reset the GPU. Then collect nvidia-bug-report and check driver and firmware versions.';

type Row = readonly [code: number, meaning: string, action: string, severity: Xid['severity']];

const ROWS: readonly Row[] = [
  [8, 'The GPU stopped answering a channel in time', APP, 'warning'],
  [11, 'A command buffer was damaged or not valid', CODE, 'warning'],
  [13, 'A kernel did something illegal on the compute engine, such as an access out of bounds', CODE, 'warning'],
  [25, 'A command buffer held an illegal method', CODE, 'warning'],
  [31, 'A job touched memory that is not mapped (page fault)', CODE, 'warning'],
  [32, 'A command buffer was damaged on its way, by the bus or by the application', CODE, 'warning'],
  [37, 'The context-switch firmware got a method that it does not know', WATCH, 'advisory'],
  [38, 'The context-switch firmware ran into its watchdog', 'Watch; if it comes back, contact the vendor.', 'warning'],
  [39, 'A copy engine failed', APP, 'warning'],
  [40, 'A copy engine failed', APP, 'warning'],
  [41, 'A copy engine failed', APP, 'warning'],
  [43, 'The driver stopped a job after a fault of that job; the GPU itself goes on', WATCH, 'advisory'],
  [44, 'The compute engine failed while it switched between jobs', WATCH, 'warning'],
  [
    45,
    'The driver removed a job because of an earlier fault, or because it was killed',
    'Look for the XID before it, and act on that one. Alone: restart Fabric Manager.',
    'advisory',
  ],
  [46, 'The GPU stopped processing', RESET, 'critical'],
  [
    48,
    'A double-bit memory error that ECC could not correct',
    'Drain the node and reset the GPU. Look for 63 or 64 after it; without them, or if it comes back, have the board replaced.',
    'critical',
  ],
  [54, 'Auxiliary power is not connected to the board', 'Check the power cables and seating of the board.', 'critical'],
  [60, 'A video or security engine failed', APP, 'warning'],
  [61, 'The GPU’s power-management controller stopped at a breakpoint', RESET, 'warning'],
  [62, 'The GPU’s internal controller halted', RESET, 'critical'],
  [
    63,
    'A bad memory row or page was marked to be replaced',
    'The job may go on. Reset the GPU at the next drain, so that the replacement takes effect.',
    'advisory',
  ],
  [
    64,
    'A bad memory row or page could not be replaced',
    'Drain the node and reset the GPU. If it comes back, have the board replaced.',
    'critical',
  ],
  [
    66,
    'The driver made an access that is not allowed',
    'Watch; if it comes back, check the driver version.',
    'advisory',
  ],
  [
    67,
    'The driver made an access that is not allowed',
    'Watch; if it comes back, check the driver version.',
    'advisory',
  ],
  [68, 'A video decoder failed', APP, 'warning'],
  [69, 'The compute engine was given a class of work that it refused', CODE, 'warning'],
  [
    74,
    'An NVLink failed',
    'Drain the node, reset the GPU, and see which link the kernel log names. If it comes back, check bridge, baseboard or cable.',
    'critical',
  ],
  [
    78,
    'A virtual GPU could not start',
    'Check that the host’s and the guest’s driver versions belong together.',
    'warning',
  ],
  [
    79,
    'The GPU fell off the PCIe bus: the driver cannot reach it',
    'Restart the machine. If it comes back, check power, heat and seating, then have the board replaced.',
    'critical',
  ],
  [80, 'Data reached the GPU damaged', CODE, 'warning'],
  [92, 'Many single-bit memory errors, all corrected', 'Watch the rate; if it goes on, contact the vendor.', 'warning'],
  [93, 'The board’s InfoROM was written more often than planned', WATCH, 'advisory'],
  [94, 'A memory error that was kept to one job', 'Restart the job. Reset the GPU when the node is free.', 'warning'],
  [
    95,
    'A memory error that could not be kept to one job',
    'Drain the node and reset the GPU at once: results since then cannot be trusted.',
    'critical',
  ],
  [109, 'A switch between jobs did not end in time', RESET, 'critical'],
  [110, 'A security fault', SOFTWARE, 'critical'],
  [119, 'The GPU’s system processor (GSP) did not answer the driver in time', SOFTWARE, 'critical'],
  [120, 'The GPU’s system processor (GSP) failed', SOFTWARE, 'critical'],
  [
    121,
    'The chip-to-chip link to the CPU had an error',
    'Corrected by itself. If it comes back, reset the GPU at the next drain.',
    'warning',
  ],
  [
    136,
    'An NVLink could not be trained',
    'Drain the node and reset the GPU. If it comes back, check the signal path of that link.',
    'critical',
  ],
  [
    137,
    'Another GPU’s access over NVLink was not allowed here',
    'Look for an XID at the peer GPU first: this one usually follows it.',
    'advisory',
  ],
  [140, 'A memory error that ECC did not recover', RESET, 'critical'],
  [141, 'A fault on CUDA’s fast path', WATCH, 'warning'],
  [143, 'The GPU did not initialise', RESET, 'critical'],
  [144, 'NVLink 5: the link’s SAW unit reported an error', NVLINK5, 'critical'],
  [145, 'NVLink 5: the link’s RLW unit reported an error', NVLINK5, 'critical'],
  [146, 'NVLink 5: the link’s TLW unit reported an error', NVLINK5, 'critical'],
  [147, 'NVLink 5: the link’s TREX unit reported an error', NVLINK5, 'critical'],
  [148, 'NVLink 5: the link’s NVLPW unit reported an error', NVLINK5, 'critical'],
  [149, 'NVLink 5: the link’s NETIR unit reported an error', NVLINK5, 'critical'],
  [150, 'NVLink 5: the link’s MSE unit reported an error', NVLINK5, 'critical'],
  [151, 'A key of confidential computing could not be changed', 'Restart the virtual machine.', 'critical'],
  [
    154,
    'What has to be done to recover this GPU has changed',
    'See “Recovery action” on this page and do that.',
    'warning',
  ],
  [155, 'NVLink: an error that software defined', RESET, 'warning'],
  [156, 'A resource of the GPU was retired', 'Reset the GPU at the next drain, so that it takes effect.', 'warning'],
  [157, 'A resource of the GPU could not be retired', 'If it comes back, contact the vendor.', 'critical'],
  [158, 'The GPU ran into a fatal timeout', RESET, 'critical'],
  [160, 'A channel was retired', WATCH, 'warning'],
  [161, 'A channel could not be retired', 'If it comes back, contact the vendor.', 'critical'],
  [
    167,
    'PCIe ran into a fatal timeout',
    'Drain the node and restart the machine. If it comes back, contact the vendor.',
    'critical',
  ],
  [171, 'Which memory a 48 was about: DRAM', 'Act on the 48.', 'critical'],
  [
    172,
    'Which memory a 48 was about: on-chip SRAM',
    'Act on the 48. If it comes back, have the board replaced.',
    'critical',
  ],
];

/** The copy engines 3–19, and media engines: one meaning and one action each. */
const RANGES: readonly (readonly [from: number, to: number, ...rest: [string, string, Xid['severity']]])[] = [
  [70, 72, 'A copy engine failed', APP, 'warning'],
  [75, 77, 'A copy engine failed', APP, 'warning'],
  [82, 84, 'A media engine failed', APP, 'warning'],
  [85, 85, 'A copy engine failed', APP, 'warning'],
  [86, 86, 'The optical-flow engine failed', APP, 'warning'],
  [88, 89, 'A media engine failed', APP, 'warning'],
  [96, 105, 'A media engine failed', APP, 'warning'],
  [126, 135, 'A copy engine failed', APP, 'warning'],
];

const byCode = new Map(
  [...ROWS, ...RANGES.flatMap(([from, to, ...rest]) => range(from, to).map((code): Row => [code, ...rest]))].map(
    ([code, meaning, action, severity]) => [code, { code, meaning, action, severity }] as const,
  ),
);

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

/** Every code that is known, lowest first. */
export const xids: readonly Xid[] = [...byCode.values()].sort((a, b) => a.code - b.code);

/** What a code says; one that is not in the table is said to be so. */
export function xidOf(code: number): Xid {
  return (
    byCode.get(code) ?? {
      code,
      meaning: 'This code is not in Fleetwatt’s table',
      action: 'Look it up in NVIDIA’s Xid guide, and in the kernel log of the node.',
      severity: 'warning',
    }
  );
}
