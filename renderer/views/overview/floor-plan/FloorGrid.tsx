import { memo, useCallback } from 'react';
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

/**
 * The canvas's twin: what it names are the numbers of the newest frame. Names follow the numbers slowly: a screen reader
 * reads them when asked, not with every frame.
 */
export const FloorGrid = memo(function FloorGrid({ layout, frameSource, selected, stale, onReach, onOpen }: Props) {
  const spoken = useCallback(
    (one: number) => spokenOf(layout, stale ? null : frameSource.get(), one),
    [layout, frameSource, stale],
  );
  const rack = rackOf(layout, selected);
  return (
    <RackCells
      label="Floor plan, racks by row"
      layout={layout}
      chosen={rack >= layout.start[RACK] && rack < layout.start[NODE] ? rack : -1}
      againMs={SPOKEN_MS}
      {...{ spoken, onReach, onOpen }}
    />
  );
});
