import { NO_ALERTS } from '../../shared/alerting/alert.ts';
import { CELL_NODATA } from '../../shared/cells.ts';
import type { LayoutDocument, Summary, ViewFrame, Watch } from '../../shared/contract.ts';
import { GPU, NODE, RACK } from '../../shared/topology.ts';

/** Limits that frames are shown by; those of the live fleet, whatever time is shown. */
export interface Limits {
  readonly pollMs: number;
  readonly staleMs: number;
  readonly warnRatio: number;
  readonly critRatio: number;
}

const NOTHING: Summary = {
  ...{ powerW: null, budgetW: null, powerAtLeast: false, powerSource: 'none', slopeWPerMin: null, headroomW: null },
  ...{ feeds: [], feedLoss: null, tightest: null, throttled: null, fabric: null, util: null, hottest: null },
  ...{ gpus: 0, gpusReporting: 0, silentNodes: 0, missing: { gpus: 0, nodes: 0, feeds: 0 }, silentSince: null },
  ...{ badSamples: 0, ageP99Ms: null },
};

/** The frame of an instant of which nothing is recorded: every place is there, and no number. */
export function emptyFrame(layout: LayoutDocument, time: number, watch: Watch, limits: Limits): ViewFrame {
  const places = layout.start[NODE];
  const gaps = () => new Float32Array(places).fill(Number.NaN);
  const gpus = layout.start[GPU + 1] - layout.start[GPU];
  return {
    ...{
      seq: 0,
      time,
      sampled: null,
      roundMs: null,
      layout: layout.version,
      signal: watch.signal,
      full: null,
      filtered: null,
    },
    ...{ ...limits, summary: NOTHING, findings: [], alerts: NO_ALERTS, sources: [], racks: [], rack: -1 },
    ...{ drawW: gaps(), value: gaps(), slope: gaps(), capMin: gaps() },
    ...{ sampledAt: new Float64Array(places).fill(Number.NaN), quality: new Uint8Array(places) },
    ...{ gpuCount: new Uint32Array(places), gpuLive: new Uint32Array(places) },
    cells: new Uint8Array(watch.gpus ? gpus : 0).fill(CELL_NODATA),
    rackCells: new Uint8Array(layout.start[NODE] - layout.start[RACK]).fill(CELL_NODATA),
    ...{ matches: new Uint8Array(0), values: new Float32Array(0) },
    ...{ gpuValues: new Float32Array(0), gpuQuality: new Uint8Array(0), gpuHeardAt: new Float64Array(0) },
  };
}
