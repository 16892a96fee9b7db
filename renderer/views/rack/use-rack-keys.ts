import type { LayoutDocument } from '../../../shared/contract.ts';
import { useKeys } from '../keys.ts';
import type { Go } from '../route.ts';
import { type RackModel, trayOf } from './rack-model.ts';
import { endOf, type RackPast } from './rack-past.ts';
import { type RackState, STEP_MS } from './rack-state.ts';

const MINUTE = 60_000;

/** The keys of a rack (ui.md 8): arrows choose a GPU and a time, Shift moves by tray and extends the window. */
export function useRackKeys(props: {
  layout: LayoutDocument;
  model: RackModel;
  state: RackState;
  past: RackPast;
  go: Go;
  openGpu: (gpu: number) => void;
}): void {
  const { layout, model, state, past, go, openGpu } = props;
  const choose = (gpu: number) => state.select(Math.min(model.count - 1, Math.max(0, gpu)));
  const step = (by: number) => choose(state.selected < 0 ? (by > 0 ? 0 : model.count - 1) : state.selected + by);
  const tray = (by: number) => {
    const at = trayOf(model, state.selected);
    const next = model.trays[Math.min(model.trays.length - 1, Math.max(0, at + by))];
    const position = Math.max(0, model.trays[at]?.gpus.indexOf(state.selected) ?? 0);
    if (next) choose(next.gpus[Math.min(position, next.gpus.length - 1)]);
  };
  const time = (by: number) => {
    const last = endOf(past) - STEP_MS;
    const next = (state.cursor ?? last) + by * STEP_MS;
    state.setCursor(next >= last ? null : Math.max(past.from, next));
  };
  useKeys({
    ...{ p: () => state.setView('power'), u: () => state.setView('util'), t: () => state.setView('temp') },
    ...{ c: () => state.setView('clock'), n: () => state.setView('nvlink') },
    ...{ v: () => state.setTable(true), o: () => state.setSorted(!state.sorted) },
    ...{ ArrowUp: () => step(-1), ArrowDown: () => step(1), ArrowLeft: () => time(-1), ArrowRight: () => time(1) },
    ...{ ',': () => time(-1), '.': () => time(1) },
    ...{ 'Shift+ArrowUp': () => tray(-1), 'Shift+ArrowDown': () => tray(1) },
    ...{ 'Shift+ArrowLeft': () => state.extend(-MINUTE), 'Shift+ArrowRight': () => state.extend(MINUTE) },
    '0': state.resetWindow,
    Enter: () => openGpu(state.selected),
    Escape: () => {
      if (state.cursor !== null) state.setCursor(null);
      else go({ view: 'overview', object: layout.path[layout.parent[model.rack]] });
    },
  });
}
