import { useCallback, useRef, useState } from 'react';
import type { FabricMatrix } from '../../../shared/fabric/matrix.ts';
import { type AnyLinkKind, LINK_KINDS } from '../../../shared/fabric/reading.ts';
import type { Go, Route } from '../route.ts';
import type { Direction } from './words.ts';

/** A place in the matrix; column −1 is the row itself. */
export interface Cursor {
  readonly row: number;
  readonly column: number;
}

/**
 * What the viewer chose. The network, the direction, the pod and the row stand in the address; the row by its name,
 * since names are what people send each other.
 */
export function useInterconnectState(route: Route, go: Go) {
  const { object, params } = route;
  const kind: AnyLinkKind = LINK_KINDS.find((one) => one === params.fabric) ?? 'infiniband';
  const direction: Direction = (['tx', 'rx', 'wait'] as const).find((one) => one === params.show) ?? 'tx';
  const pod = params.pod ?? '';
  const [flagged, setFlagged] = useState(false);
  const [table, setTable] = useState(false);
  const [cursor, setCursor] = useState<Cursor | null>(null);
  const newest = useRef({ object, params });
  newest.current = { object, params };
  const put = useCallback(
    (change: { readonly object?: string; readonly params?: Readonly<Record<string, string>> }) => {
      const { object, params } = newest.current;
      newest.current = { object: change.object ?? object, params: { ...params, ...change.params } };
      go({ view: 'interconnect', ...newest.current }, true);
    },
    [go],
  );
  return {
    ...{ kind, direction, pod, object, flagged, setFlagged, table, setTable, cursor, setCursor },
    setKind: (next: AnyLinkKind) => {
      setCursor(null);
      put({ object: '', params: { fabric: next === 'infiniband' ? '' : next, pod: '', show: '' } });
    },
    /** A row of any network by its key, which leads to its pod as well where there are pods. */
    openRow: (next: AnyLinkKind, key: string, pods: boolean) => {
      setCursor(null);
      put({ object: key, params: { fabric: next === 'infiniband' ? '' : next, pod: pods ? key : '', show: '' } });
    },
    setDirection: (next: Direction) => put({ params: { show: next === 'tx' ? '' : next } }),
    /** '' leads back to all pods. */
    setPod: (next: string) => {
      setCursor(null);
      put({ object: '', params: { pod: next } });
    },
    select: (name: string) => put({ object: name }),
  };
}

export type InterconnectState = ReturnType<typeof useInterconnectState>;

/** The row that the address names; −1: none. */
export function chosenRow(matrix: FabricMatrix | null, object: string): number {
  if (matrix === null || object === '') return -1;
  return matrix.rows.findIndex(({ name, key }) => name === object || key === object);
}

/** What is pointed at while it is there: rows and columns become fewer with the places. */
export function cursorIn(matrix: FabricMatrix | null, cursor: Cursor | null): Cursor | null {
  if (matrix === null || cursor === null) return null;
  return cursor.row < matrix.rows.length && cursor.column < matrix.columns.length ? cursor : null;
}

/** Rows that something is wrong with, in their order. */
export const flaggedRows = (matrix: FabricMatrix) =>
  matrix.rows.flatMap(({ severity }, row) => (severity === null ? [] : [row]));
