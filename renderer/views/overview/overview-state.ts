import { useCallback, useEffect, useMemo, useState } from 'react';
import type { LayoutDocument, ViewSignal } from '../../../shared/contract.ts';
import { useConsole } from '../../live/console.tsx';
import type { Detail } from './floor-plan/FloorPlan.tsx';

const HOUR = 3_600_000;

/** What the viewer chose on the overview. Places are kept by path, since a new layout numbers them anew. */
export function useOverviewState(layout: LayoutDocument) {
  const { live } = useConsole();
  const [signal, setSignal] = useState<ViewSignal>('power');
  const [detail, setDetail] = useState<Detail>('auto');
  const [flagged, setFlagged] = useState(false);
  const [table, setTable] = useState(false);
  const [range, setRange] = useState(HOUR);
  const [selectedPath, setSelectedPath] = useState('');
  const [condition, setCondition] = useState('');
  const [racks, setRacks] = useState<readonly number[]>([]);
  const selected = useMemo(
    () => (selectedPath === '' ? -1 : layout.path.indexOf(selectedPath)),
    [layout, selectedPath],
  );
  const select = useCallback((place: number) => setSelectedPath(layout.path[place] ?? ''), [layout]);
  useEffect(() => live.watch({ signal, gpus: true, racks }), [live, signal, racks]);
  return {
    signal,
    setSignal,
    detail,
    setDetail,
    flagged,
    setFlagged,
    table,
    setTable,
    range,
    setRange,
    selected,
    select,
    condition,
    setCondition,
    setRacks,
  };
}

export type OverviewState = ReturnType<typeof useOverviewState>;
