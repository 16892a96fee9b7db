import { signalOf } from '../../../shared/signals/catalogue.ts';
import type { ChartDocument, ChartSeries, TableDocument } from '../../../shared/tables/document.ts';
import { heldWords } from './gpu-words.ts';
import type { PowerPoint } from './RackPower.tsx';
import type { RackModel, RackNow } from './rack-model.ts';
import { LANES, laneCounts, type RackPast } from './rack-past.ts';
import { RACK_VIEWS, type ViewOfSignal, viewOfSignal } from './signals.ts';

const orNull = (value: number) => (Number.isNaN(value) ? null : value);

function timesOf({ from, stepMs, columns }: RackPast): number[] {
  return Array.from({ length: columns }, (_, column) => from + column * stepMs);
}

/** One signal of a rack's GPUs over time, a line a GPU; `only` keeps one of them. */
export function gpuChart(
  title: string,
  view: ViewOfSignal,
  past: RackPast,
  pathOf: (gpu: number) => string,
  nameOf: (gpu: number) => string,
  only?: number,
): ChartDocument {
  const times = timesOf(past);
  const gpus = only === undefined ? Array.from({ length: past.gpus }, (_, gpu) => gpu) : [only];
  const { unit } = signalOf(view.signal);
  return {
    ...{ kind: 'chart', title },
    series: gpus.map((gpu) => ({
      ...{ name: nameOf(gpu), signal: view.signal, object: pathOf(gpu), unit, times, quality: 'measured' },
      values: Array.from(past.values.subarray(gpu * past.columns, (gpu + 1) * past.columns), orNull),
    })),
  };
}

/** How many GPUs each reason held, over time. */
export function throttleChart(model: RackModel, past: RackPast): ChartDocument {
  const times = timesOf(past);
  return {
    ...{ kind: 'chart', title: `Rack ${model.name}: throttle reasons` },
    series: LANES.map(
      ({ id, label, bits }): ChartSeries => ({
        ...{ name: label, signal: `rack.gpusHeld.${id}`, object: model.path, unit: 'GPUs', times, quality: 'derived' },
        values: Array.from(laneCounts(past, bits)),
      }),
    ),
  };
}

/** The rack's draw over time. */
export function drawChart(model: RackModel, points: readonly PowerPoint[]): ChartDocument {
  return {
    ...{ kind: 'chart', title: `Rack ${model.name}: power` },
    series: [
      {
        ...{ name: 'Draw', signal: 'draw', object: model.path, unit: 'W', quality: 'derived' },
        ...{ times: points.map(([time]) => time), values: points.map(([, watts]) => watts) },
      },
    ],
  };
}

/** Every GPU of the rack with all its signals now; none where the frame has nothing of it. */
export function gpusTable(
  model: RackModel,
  now: RackNow | null,
  pathOf: (gpu: number) => string,
  nameOf: (gpu: number) => string,
): TableDocument {
  const views = RACK_VIEWS.map(viewOfSignal);
  const gpus = now === null ? [] : model.trays.flatMap((tray) => tray.gpus);
  return {
    ...{ kind: 'table', title: `Rack ${model.name}: GPUs now`, at: now?.frame.time ?? null },
    columns: [
      { label: 'GPU', unit: '' },
      { label: 'Path', unit: '' },
      ...views.map(({ label, signal }) => ({ label, unit: signalOf(signal).unit })),
      { label: 'Held by', unit: '' },
    ],
    rows: gpus.map((gpu) => [
      ...[nameOf(gpu), pathOf(gpu)],
      ...views.map(({ signal }) => orNull(now?.value(signal)[gpu] ?? Number.NaN)),
      now === null || now.states[gpu] !== 'live' ? null : heldWords(now.value('gpu.throttle')[gpu]),
    ]),
    quality: gpus.map((gpu) => {
      const state = now?.states[gpu];
      return state === 'live' ? 'measured' : state === 'missing' ? 'missing' : 'stale';
    }),
  };
}
