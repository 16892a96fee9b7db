import { useEffect, useRef } from 'react';
import { spokenGpu } from './gpu-words.ts';
import styles from './rack.module.css';
import type { RackModel, RackNow } from './rack-model.ts';
import type { ViewOfSignal } from './signals.ts';

/** The pictures' twin for keyboard and speech: a hidden grid of trays and their GPUs with one tab stop. */
export function RackGrid(props: {
  model: RackModel;
  names: readonly string[];
  now: RackNow | null;
  limits: Float32Array;
  view: ViewOfSignal;
  selected: number;
  time: number;
  onSelect: (gpu: number) => void;
}) {
  const { model, names, now, limits, view, selected, time } = props;
  const grid = useRef<HTMLDivElement>(null);
  // The keys move the choice; the focus follows it where it is in the grid.
  useEffect(() => {
    const focused = grid.current?.contains(document.activeElement) ?? false;
    if (focused) grid.current?.querySelector<HTMLElement>(`[data-gpu="${selected}"]`)?.focus();
  }, [selected]);
  const stop = selected >= 0 && selected < model.count ? selected : (model.trays[0]?.gpus[0] ?? 0);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a table would be read as data; this is a grid to move in.
    <div ref={grid} role="grid" aria-label="GPUs by tray" className={styles.grid}>
      {model.trays.map((tray) => (
        // biome-ignore lint/a11y/useSemanticElements lint/a11y/useFocusableInteractive: its cells hold the focus.
        <div role="row" key={tray.node} aria-label={tray.name}>
          {tray.gpus.map((gpu) => (
            // biome-ignore lint/a11y/useSemanticElements: see the grid above.
            <span
              role="gridcell"
              key={gpu}
              data-gpu={gpu}
              tabIndex={gpu === stop ? 0 : -1}
              aria-selected={gpu === selected}
              onFocus={() => (gpu === selected ? undefined : props.onSelect(gpu))}
            >
              {spokenGpu(names[gpu], gpu, now, limits, view, time)}
            </span>
          ))}
        </div>
      ))}
    </div>
  );
}
