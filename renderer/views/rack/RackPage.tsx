import { type ReactNode, useEffect, useMemo } from 'react';
import type { LayoutDocument, ViewFrame } from '../../../shared/contract.ts';
import { RACK } from '../../../shared/topology.ts';
import type { Freshness } from '../../live/freshness.ts';
import parts from '../../parts/parts.module.css';
import type { Theme } from '../../theme/theme.ts';
import coming from '../coming.module.css';
import { goneOf } from '../gone.ts';
import { useKeys } from '../keys.ts';
import { countAt } from '../places.ts';
import { type Go, hrefOf, type Route, readable } from '../route.ts';
import { Rack } from './Rack.tsx';
import { rackModel, rackOfPath, worstRack } from './rack-model.ts';

export interface PageProps {
  readonly layout: LayoutDocument | null;
  readonly frame: ViewFrame | null;
  readonly route: Route;
  readonly go: Go;
  readonly freshness: Freshness;
  readonly paused: boolean;
  readonly theme: Theme;
}

/** The rack that the address names, or why there is none to show (ui.md 5). Without a name: the one nearest to its budget. */
export function RackPage(props: PageProps) {
  const { layout, frame, route, go } = props;
  const rack = layout === null ? -1 : rackOfPath(layout, route.object);
  const first = layout === null || frame === null || route.object !== '' ? -1 : worstRack(layout, frame);
  useEffect(() => {
    if (layout !== null && first >= 0) go({ view: 'rack', object: layout.path[first], params: route.params }, true);
  }, [layout, first, go, route.params]);
  const model = useMemo(() => (layout === null ? null : rackModel(layout, rack)), [layout, rack]);
  if (layout === null || frame === null || first >= 0) return <Notice title={loadingText(props)} go={go} />;
  if (model === null)
    return (
      <Notice
        title={route.object === '' ? 'There are no racks yet.' : `There is no rack ${readable(route.object)}.`}
        go={go}
      >
        <a className={parts.button} href="#/">
          Go to the Overview
        </a>
      </Notice>
    );
  if (model.count === 0)
    return (
      <Notice title="This rack has no GPUs mapped." go={go} up={layout.path[layout.parent[rack]]}>
        <a className={parts.button} href={hrefOf({ view: 'sources', params: { tab: 'topology' } })}>
          Edit topology
        </a>
      </Notice>
    );
  const gone = goneOf(props.freshness, props.paused, countAt(layout, RACK));
  return <Rack {...props} {...{ layout, frame, model, gone }} />;
}

function loadingText({ freshness }: PageProps): string {
  return freshness.trouble === '' ? 'Loading the rack' : freshness.trouble;
}

/** A few words in the middle of the view; Esc leads up from them too. */
export function Notice(props: { title: string; go: Go; up?: string; children?: ReactNode }) {
  useKeys({ Escape: () => props.go({ view: 'overview', object: props.up ?? '' }) });
  return (
    <main className={coming.message} data-region>
      <h2>{props.title}</h2>
      {props.children === undefined ? null : <div className={coming.actions}>{props.children}</div>}
    </main>
  );
}
