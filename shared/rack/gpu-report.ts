import type { GpuFact, GpuReport, Residency } from '../contract/rack.ts';
import {
  formatBytes,
  formatClock,
  formatCount,
  formatNvlink,
  formatPercent,
  formatTemp,
  formatWatts,
  MISSING,
} from '../format.ts';
import { type Frame, QUALITY } from '../frame.ts';
import { ancestorAt, levelOf } from '../members.ts';
import { printable } from '../printable.ts';
import type { SignalId } from '../signals/catalogue.ts';
import { reasonsOf } from '../throttle.ts';
import { GPU, NODE, RACK } from '../topology.ts';
import { sharesOf } from '../work/shares.ts';
import { xidOf } from './xid.ts';

/** Share of the slowdown temperature from which heat is a warning (ui.md 3.5). */
const WARM = 0.95;

/** Everything that is known of one GPU at one instant; null for a place that is no GPU. */
export function gpuReport(frame: Frame, heardAt: Float64Array, place: number): GpuReport | null {
  const { topology } = frame;
  if (levelOf(topology, place) !== GPU) return null;
  const node = topology.parent[place];
  const rack = ancestorAt(topology, place, RACK);
  const gpu = new Reader(frame, place);
  const mask = gpu.value('gpu.throttle');
  const name = topology.path[node];
  return {
    place,
    rack,
    uuid: topology.path[place],
    model: topology.model[place] || topology.model[node],
    rackPath: topology.path[rack],
    node: levelOf(topology, node) === NODE ? name.slice(name.lastIndexOf('/') + 1) : '',
    heardAt: orNull(heardAt[place - topology.start[GPU]]),
    identity: [...identityOf(gpu), ...guidOf(topology.gpuGuid[place - topology.start[GPU]])],
    now: readingsOf(gpu),
    limits: limitsOf(gpu),
    health: healthOf(gpu),
    heldBy: Number.isNaN(mask) ? [] : reasonsOf(mask),
    reasonsKnown: !Number.isNaN(mask),
    residency: residencyOf(gpu),
    works: sharesOf(topology, place).map(({ work: { namespace, pod, job } }) => ({
      ...{ namespace: printable(namespace), pod: printable(pod), job: printable(job) },
    })),
    pcie: pcieOf(gpu),
  };
}

const orNull = (value: number) => (Number.isNaN(value) ? null : value);
type Format = (value: number) => string;

/** The columns at one place. */
class Reader {
  readonly #frame: Frame;
  readonly #place: number;

  constructor(frame: Frame, place: number) {
    this.#frame = frame;
    this.#place = place;
  }

  value(signal: SignalId): number {
    return this.#frame.columns.get(signal)?.value[this.#place] ?? Number.NaN;
  }

  sampled(signal: SignalId): number | null {
    return orNull(this.#frame.columns.get(signal)?.time[this.#place] ?? Number.NaN);
  }

  /** A signal as a fact; `more` says what is wrong with it. */
  fact(signal: SignalId, label: string, format: Format, more?: (value: number) => Partial<GpuFact>): GpuFact {
    const value = this.value(signal);
    return {
      ...{ label, text: Number.isNaN(value) ? MISSING : format(value), sampled: this.sampled(signal) },
      quality: QUALITY[this.#frame.columns.get(signal)?.quality[this.#place] ?? 0],
      ...{ severity: null, meaning: '', action: '' },
      ...(Number.isNaN(value) ? {} : more?.(value)),
    };
  }
}

/** Facts that some exporter gives; what nobody exports is left out. */
const known = (facts: readonly GpuFact[]) => facts.filter(({ quality }) => quality !== 'unsupported');

const plain: Format = (value) => formatCount(value);
const share: Format = (value) => formatPercent(value, 0);

function identityOf(gpu: Reader): readonly GpuFact[] {
  return known([
    gpu.fact('gpu.tray', 'Tray', plain),
    gpu.fact('gpu.slot', 'Slot', plain),
    gpu.fact('gpu.clique', 'NVLink clique', plain),
    gpu.fact('gpu.memTotal', 'Memory', (bytes) => formatBytes(bytes)),
    gpu.fact('gpu.energy', 'Energy since driver load', (joules) => `${formatCount(joules / 3.6e6)} kWh`),
  ]);
}

/** The InfiniBand GUID of its platform, which is told by a label and so has no age of its own. */
function guidOf(guid = ''): readonly GpuFact[] {
  if (guid === '') return [];
  const told = { quality: 'measured', sampled: null, severity: null, meaning: '', action: '' } as const;
  return [{ label: 'InfiniBand GUID', text: printable(guid), ...told }];
}

function readingsOf(gpu: Reader): readonly GpuFact[] {
  const margin = gpu.value('gpu.tempLimit') - gpu.value('gpu.temp');
  const limit = gpu.fact('gpu.tempLimit', 'Margin to slowdown', () => formatTemp(margin), heat(gpu));
  return [
    gpu.fact('gpu.power', 'Power', formatWatts),
    gpu.fact('gpu.util', 'Utilisation', share),
    gpu.fact('gpu.temp', 'Temperature', formatTemp, heat(gpu)),
    Number.isNaN(margin) ? { ...limit, text: MISSING, severity: null, meaning: '', action: '' } : limit,
    gpu.fact('gpu.clock', 'SM clock', formatClock),
    gpu.fact('gpu.nvlink', 'NVLink', formatNvlink),
    ...known([
      gpu.fact('gpu.memTemp', 'Memory temperature', formatTemp),
      gpu.fact('gpu.memUsed', 'Memory used', (bytes) => formatBytes(bytes)),
      gpu.fact('gpu.memUse', 'Memory used, share', share),
      gpu.fact('gpu.memReserved', 'Memory reserved', (bytes) => formatBytes(bytes)),
      gpu.fact('gpu.smActive', 'SMs active', share),
      gpu.fact('gpu.occupancy', 'SM occupancy', share),
      gpu.fact('gpu.tensor', 'Tensor pipes active', share),
      gpu.fact('gpu.dram', 'Memory bandwidth', share),
      gpu.fact('gpu.memClock', 'Memory clock', formatClock),
    ]),
  ];
}

/** What the temperature says against the slowdown temperature. */
function heat(gpu: Reader): () => Partial<GpuFact> {
  const ratio = gpu.value('gpu.temp') / gpu.value('gpu.tempLimit');
  return () => {
    if (!(ratio >= WARM)) return {};
    return {
      severity: ratio >= 1 ? 'critical' : 'warning',
      meaning: ratio >= 1 ? 'At its slowdown temperature: clocks are cut' : 'Close to its slowdown temperature',
      action: 'Check coolant or air flow to this tray.',
    };
  };
}

function limitsOf(gpu: Reader): readonly GpuFact[] {
  const most = gpu.value('gpu.powerLimitDefault');
  const lowered = (watts: number): Partial<GpuFact> =>
    watts < most ? { meaning: 'Set below the board’s default', action: '' } : {};
  return [
    gpu.fact('gpu.powerLimit', 'Power limit', formatWatts, lowered),
    ...known([
      gpu.fact('gpu.powerLimitDefault', 'Default power limit', formatWatts),
      gpu.fact('gpu.powerLimitMin', 'Lowest power limit', formatWatts),
      gpu.fact('gpu.powerLimitMax', 'Highest power limit', formatWatts),
    ]),
    gpu.fact('gpu.tempLimit', 'Slowdown temperature', formatTemp),
    gpu.fact('gpu.clockMax', 'Maximum SM clock', formatClock),
    ...known([gpu.fact('gpu.clockApp', 'Application SM clock', formatClock), ...smoothingOf(gpu)]),
  ];
}

/** Power smoothing, where the board has it. */
const smoothingOf = (gpu: Reader): readonly GpuFact[] => [
  gpu.fact('gpu.smoothing', 'Power smoothing', onOff),
  gpu.fact('gpu.smoothingLevel', 'Smoothing privilege level', plain),
  gpu.fact('gpu.smoothingRampDown', 'Immediate ramp down', onOff),
  gpu.fact('gpu.smoothingCeiling', 'Smoothing ceiling', formatWatts),
  gpu.fact('gpu.smoothingFloor', 'Smoothing floor', formatWatts),
  gpu.fact('gpu.smoothingFloorMin', 'Lowest floor to set', share),
  gpu.fact('gpu.smoothingFloorMax', 'Highest floor to set', share),
  gpu.fact('gpu.smoothingLife', 'Smoothing circuitry left', share),
];

const FABRIC = ['Not supported', 'Healthy', 'Unhealthy', 'Limited capacity'];
/** Two bits each from bit 0, of which 1 says that it is so (nvml.h, NVML_GPU_FABRIC_HEALTH_MASK_…). */
const FABRIC_FLAGS = ['Degraded bandwidth', 'Route recovery', 'Route unhealthy', 'Access timeout recovery'];
/** nvmlGpuP2PStatus_t of nvml.h. */
const PEERS = [
  ...['OK', 'Chipset not supported', 'GPU not supported', 'No NVLink in this topology', 'Disabled by registry key'],
  ...['Not supported', 'Unknown'],
];
/** nvmlDeviceGpuRecoveryAction_t of nvml.h. */
const RECOVERY = ['None', 'Reset the GPU', 'Restart the node', 'Drain peer-to-peer', 'Drain and reset'];

function healthOf(gpu: Reader): readonly GpuFact[] {
  const when = (bad: boolean, more: Partial<GpuFact>): Partial<GpuFact> => (bad ? more : {});
  return [
    gpu.fact('gpu.xid', 'Last XID', (code) => (code > 0 ? `XID ${code}` : 'None'), xidWords),
    gpu.fact('gpu.eccUncorrected', 'ECC, uncorrected', plain, (count) =>
      when(count > 0, {
        severity: 'critical',
        meaning: 'Memory errors that ECC could not correct',
        action: 'Drain the node and reset the GPU. If they grow, have the board replaced.',
      }),
    ),
    gpu.fact('gpu.eccCorrected', 'ECC, corrected', plain),
    gpu.fact('gpu.remapFailed', 'Row remap failed', yesNo, (flag) =>
      when(flag > 0, {
        severity: 'critical',
        meaning: 'No spare row was left for a bad one',
        action: 'Take the GPU out of service and have the board replaced.',
      }),
    ),
    gpu.fact('gpu.remapPending', 'Row remap pending', yesNo, (flag) =>
      when(flag > 0, {
        severity: 'warning',
        meaning: 'A bad row waits for its replacement',
        action: 'Reset the GPU at the next drain.',
      }),
    ),
    ...known([
      gpu.fact('gpu.rowsRemapped', 'Rows remapped', plain),
      gpu.fact('gpu.pagesRetired', 'Pages retired', plain),
      gpu.fact('gpu.xidCount', 'XIDs in the last 5 min', plain, (count) => when(count > 0, { severity: 'warning' })),
      gpu.fact('gpu.fabricHealth', 'NVLink fabric', named(FABRIC), (code) =>
        when(code > 1, {
          severity: code === 2 ? 'critical' : 'warning',
          meaning:
            code === 2 ? 'Fabric Manager says that this GPU’s fabric is not healthy' : 'Some links are not in use',
          action: 'Check Fabric Manager’s log and the NVSwitch links of this GPU.',
        }),
      ),
      gpu.fact('gpu.fabricMask', 'Fabric flags', fabricFlags, (mask) =>
        when(fabricFlags(mask) !== 'None', {
          severity: 'warning',
          action: 'Check Fabric Manager’s log and the NVSwitch links of this GPU.',
        }),
      ),
      gpu.fact('gpu.p2p', 'NVLink to peers', named(PEERS)),
      gpu.fact('gpu.recovery', 'Recovery action', named(RECOVERY), (code) =>
        when(code > 0, { severity: 'critical', meaning: 'The driver asks for this before the GPU is used again' }),
      ),
      gpu.fact(
        'gpu.healthStatus',
        'DCGM health',
        (code) => (code >= 20 ? 'Failure' : code >= 10 ? 'Warning' : 'Pass'),
        (code) =>
          when(code >= 10, {
            severity: code >= 20 ? 'critical' : 'warning',
            action: 'Run DCGM diagnostics on this GPU.',
          }),
      ),
    ]),
  ];
}

const yesNo: Format = (flag) => (flag > 0 ? 'Yes' : 'No');
const onOff: Format = (flag) => (flag > 0 ? 'On' : 'Off');
const fabricFlags: Format = (mask) => FABRIC_FLAGS.filter((_, i) => ((mask >> (2 * i)) & 3) === 1).join(', ') || 'None';
const named =
  (names: readonly string[]): Format =>
  (code) =>
    names[code] ?? `Code ${code}`;

/** The gauge keeps the last code for ever; zero means that there was none. */
function xidWords(code: number): Partial<GpuFact> {
  if (!(code > 0)) return {};
  const { severity, meaning, action } = xidOf(code);
  return { severity, meaning, action };
}

const HELD = [
  ['SW power cap', 'gpu.powerThrottle'],
  ['Heat', 'gpu.thermalThrottle'],
  ['HW power brake', 'gpu.brakeThrottle'],
  ['Slowest of its group', 'gpu.syncThrottle'],
] as const;
/** Counted by few exporters: told only where one does. */
const HELD_TOO = [
  ['Board limit', 'gpu.boardThrottle'],
  ['Low utilisation', 'gpu.lowUtilThrottle'],
  ['Reliability', 'gpu.reliabilityThrottle'],
  ['Below application clocks', 'gpu.appClockThrottle'],
  ['Below base clocks', 'gpu.baseClockThrottle'],
] as const;

function residencyOf(gpu: Reader): readonly Residency[] {
  const more = HELD_TOO.filter(([, signal]) => !Number.isNaN(gpu.value(signal)));
  return [...HELD, ...more].map(([reason, signal]) => {
    const value = gpu.value(signal);
    return { reason, share: Number.isNaN(value) ? null : Math.min(1, value), sampled: gpu.sampled(signal) };
  });
}

/** Generation and width of the PCIe link, and whether it has trained below what it could. */
function pcieOf(gpu: Reader): readonly GpuFact[] {
  const [width, widthMax] = [gpu.value('gpu.pcieWidth'), gpu.value('gpu.pcieWidthMax')];
  const [generation, most] = [gpu.value('gpu.pcieGen'), gpu.value('gpu.pcieGenMax')];
  const of = (best: number): string => (Number.isNaN(best) ? '' : ` of ${best}`);
  const narrow = {
    severity: 'warning',
    meaning: 'Trained below its width',
    action: 'Reseat the board or riser; check the slot for damage.',
  } as const;
  // At rest a GPU lowers the generation, never the width.
  const slow = {
    severity: 'warning',
    meaning: 'Trained below its generation under load',
    action: narrow.action,
  } as const;
  const working = gpu.value('gpu.util') > 0.1;
  return known([
    gpu.fact(
      'gpu.pcieWidth',
      'PCIe lanes',
      (value) => `${value}${of(widthMax)}`,
      () => (width < widthMax ? narrow : {}),
    ),
    gpu.fact(
      'gpu.pcieGen',
      'PCIe generation',
      (value) => `${value}${of(most)}`,
      () => (generation < most && working ? slow : {}),
    ),
    gpu.fact('gpu.pcieReplay', 'PCIe replays', (value) => `${value.toFixed(value > 0 && value < 10 ? 1 : 0)} /s`),
  ]);
}
