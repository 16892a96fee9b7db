import { memo, useEffect, useState } from 'react';
import type { LayoutDocument } from '../../../../shared/contract.ts';
import { NODE, RACK } from '../../../../shared/topology.ts';
import type { FrameSource } from '../../../live/store.ts';
import { rackOf } from './layout.ts';
import { RackCells } from './RackCells.tsx';
import { spokenOf } from './rack-words.ts';

const SPOKEN_MS = 5000;

interface Props {
  readonly layout: LayoutDocument;
  readonly frameSource: FrameSource;
  readonly selected: number;
  readonly stale: boolean;
  /** A rack got the focus: it is selected and has to be seen. */
  readonly onReach: (place: number) => void;
  readonly onOpen: (place: number) => void;
}

/** The canvas's twin: what it names are the numbers of the newest frame. */
export const FloorGrid = memo(function FloorGrid({ layout, frameSource, selected, stale, onReach, onOpen }: Props) {
  const [, speak] = useState(0);
  // Names follow the numbers slowly: a screen reader reads them when asked, not with every frame.
  useEffect(() => {
    const timer = setInterval(() => speak((count) => count + 1), SPOKEN_MS);
    return () => clearInterval(timer);
  }, []);
  const frame = stale ? null : frameSource.get();
  const rack = rackOf(layout, selected);
  return (
    <RackCells
      label="Floor plan, racks by row"
      layout={layout}
      chosen={rack >= layout.start[RACK] && rack < layout.start[NODE] ? rack : -1}
      spoken={(one) => spokenOf(layout, frame, one)}
      {...{ onReach, onOpen }}
    />
  );
});
