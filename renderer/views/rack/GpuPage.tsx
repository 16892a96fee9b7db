import { useEffect } from 'react';
import type { GpuFact, GpuReport } from '../../../shared/contract/rack.ts';
import type { LayoutDocument, ViewFrame } from '../../../shared/contract.ts';
import type { LinkRow } from '../../../shared/fabric/rows.ts';
import { formatAge, formatLink, formatNvlink, formatPercent, formatTime } from '../../../shared/format.ts';
import { GPU, RACK } from '../../../shared/topology.ts';
import { useGpu, useLinks } from '../../ask/ask.ts';
import { faultOf } from '../../link/link.ts';
import { useConsole } from '../../live/console.tsx';
import { useIsOver } from '../../live/travel.tsx';
import { Glyph } from '../../parts/Glyph.tsx';
import { Missing } from '../../parts/Missing.tsx';
import parts from '../../parts/parts.module.css';
import { type Gone, goneOf } from '../gone.ts';
import { useKeys } from '../keys.ts';
import { ancestorAt, countAt, labelOf } from '../places.ts';
import { type Go, readable } from '../route.ts';
import { GpuHour } from './GpuHour.tsx';
import styles from './gpu.module.css';
import { Notice, type PageProps } from './RackPage.tsx';
import { gpuName, type RackModel, rackModel, rackNow } from './rack-model.ts';

/** The GPU that the address names by its UUID, or why there is none to show. */
export function GpuPage(props: PageProps) {
  const { layout, frame, route, go } = props;
  const place = layout === null ? -1 : placeOf(layout, route.object);
  const rack = layout === null || place < 0 ? -1 : ancestorAt(layout, place, RACK);
  if (layout === null || frame === null) return <Notice title={props.freshness.trouble || 'Loading the GPU'} go={go} />;
  const model = rackModel(layout, rack);
  if (model === null)
    return (
      <Notice title={`There is no GPU ${readable(route.object)}.`} go={go}>
        <a className={parts.button} href="#/">
          Go to the Overview
        </a>
      </Notice>
    );
  const gone = goneOf(props.freshness, props.paused, countAt(layout, RACK));
  return <Gpu {...props} {...{ layout, frame, model, place, gone }} />;
}

/** A GPU by its UUID, or the slot of one that was never seen by its path. */
function placeOf(layout: LayoutDocument, object: string): number {
  const place = object === '' ? -1 : layout.path.lastIndexOf(object);
  return place >= layout.start[GPU] ? place : -1;
}

interface GpuProps extends PageProps {
  readonly layout: LayoutDocument;
  readonly frame: ViewFrame;
  readonly model: RackModel;
  readonly place: number;
  readonly gone: Gone | null;
}

function Gpu(props: GpuProps) {
  const { layout, frame, model, place, go, gone, freshness } = props;
  const { live } = useConsole();
  const { rack } = model;
  useEffect(() => live.watch({ signal: 'power', gpus: false, racks: [], rack }), [live, rack]);
  const asked = useGpu(place, frame.seq);
  const links = useLinks(place, frame.seq);
  useGpuKeys(props, go);
  const report = asked.data?.place === place ? asked.data : null;
  const number = place - model.first;
  const state = rackNow(frame, model)?.states[number];
  const when = useIsOver() ? `At ${formatTime(frame.time)}` : 'Now';
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a page that scrolls must be reachable by keyboard.
    <main className={styles.gpu} tabIndex={0}>
      <header className={styles.head} data-region>
        <h2>{labelOf(layout, place)}</h2>
        <span className={styles.model}>{report?.model}</span>
        <code className={styles.uuid}>{layout.path[place]}</code>
        <Age {...{ report, gone, now: freshness.now, missing: state === 'missing', failed: asked.isError }} />
      </header>
      {asked.isError ? <p className={styles.fault}>The GPU’s details could not be read: {words(asked.error)}</p> : null}
      <div className={styles.columns}>
        <div className={styles.column}>
          <Panel title="Last hour">
            <GpuHour {...props} number={number} />
          </Panel>
        </div>
        <div className={styles.column}>
          <Panel title={when}>
            <Facts facts={report?.now} gone={gone} />
          </Panel>
          <Panel title="Limits">
            <Facts facts={report?.limits} gone={gone} />
          </Panel>
          <Panel title="Job">
            <Job report={report} />
          </Panel>
          <Panel title="Identity">
            <Identity {...{ report, layout, model }} name={gpuName(layout, model, number)} />
          </Panel>
        </div>
        <div className={styles.column}>
          <Panel title="Throttle reasons">
            <Throttle {...{ report, gone, when }} />
          </Panel>
          <Panel title="Health">
            <Facts facts={report?.health} gone={gone} />
          </Panel>
          <Panel title="Links">
            <Facts facts={report?.pcie} gone={gone} />
            <Links rows={links.data} fault={links.isError ? words(links.error) : ''} gone={gone} />
          </Panel>
        </div>
      </div>
    </main>
  );
}

const words = (error: Error) => `${faultOf(error).message} ${faultOf(error).hint}`;

/** Esc leads to the rack with this GPU chosen; arrows to the GPUs beside it. */
function useGpuKeys({ layout, model, place }: GpuProps, go: Go): void {
  const to = (next: number) => {
    if (next >= model.first && next < model.first + model.count) go({ view: 'gpu', object: layout.path[next] }, true);
  };
  useKeys({
    Escape: () =>
      go({ view: 'rack', object: model.path, params: { gpu: gpuName(layout, model, place - model.first) } }),
    ArrowUp: () => to(place - 1),
    ArrowDown: () => to(place + 1),
  });
}

function Panel({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <section className={parts.panel} aria-label={title} data-region>
      <div className={parts.header}>
        <h3>{title}</h3>
      </div>
      <div className={styles.body}>{children}</div>
    </section>
  );
}

function Age(props: { report: GpuReport | null; gone: Gone | null; now: number; missing: boolean; failed: boolean }) {
  const { report, gone, now, missing } = props;
  if (missing)
    return (
      <span className={styles.lost}>
        <Glyph severity="nodata" /> Missing: topology says that it ought to be here, and nothing ever reported it
      </span>
    );
  if (gone !== null) return <span className={styles.lost}>{gone.text}</span>;
  if (report === null && !props.failed) return <span className={styles.age}>Loading its details</span>;
  if (report?.heardAt == null) return null;
  return <span className={`num ${styles.age}`}>Sampled {formatAge(Math.max(0, now - report.heardAt))} ago</span>;
}

/** Label and value; under it what it means and what to do, where there is something to say. */
function Facts({ facts, gone }: { facts: readonly GpuFact[] | undefined; gone: Gone | null }) {
  if (facts === undefined || facts.length === 0) return null;
  return (
    <dl className={styles.facts}>
      {facts.map((fact) => (
        <Fact key={fact.label} fact={gone === null ? fact : past(fact)} />
      ))}
    </dl>
  );
}

/** Without live data a number is removed, and with it what it would mean. */
const past = (fact: GpuFact): GpuFact => ({ ...fact, text: '—', severity: null, meaning: '', action: '' });

const WHY: Readonly<Record<string, string>> = { assumed: 'assumed', derived: 'derived', unsupported: 'not exported' };

function Fact({ fact }: { fact: GpuFact }) {
  const { label, text, quality, severity, meaning, action, sampled } = fact;
  const stale = quality === 'stale';
  return (
    <div className={styles.fact} data-severity={severity ?? undefined}>
      <dt>{label}</dt>
      <dd>
        {severity === null ? null : <Glyph severity={severity} />}
        <span className={`num ${stale ? styles.lost : ''}`}>{text === '—' ? <Missing /> : text}</span>
        {stale && sampled !== null ? <small className={styles.lost}>last at {formatTime(sampled)}</small> : null}
        {WHY[quality] === undefined ? null : <small>{WHY[quality]}</small>}
      </dd>
      {meaning === '' && action === '' ? null : (
        <dd className={styles.meaning}>
          {meaning}
          {meaning === '' ? '' : '. '}
          {action}
        </dd>
      )}
    </div>
  );
}

function Throttle({ report, gone, when }: { report: GpuReport | null; gone: Gone | null; when: string }) {
  if (report === null) return null;
  const held = report.heldBy.length === 0 ? 'Not held' : report.heldBy.join(', ');
  // Of a GPU that went silent nobody can say that its exporter does not tell.
  const lost = gone !== null || report.now.some(({ quality }) => quality === 'stale');
  return (
    <>
      <p className={styles.held}>
        {when}: <b>{lost ? <Missing /> : report.reasonsKnown ? held : 'clock event reasons are not exported'}</b>
      </p>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">Reason</th>
            <th scope="col">Time held, by the exporter’s counters</th>
          </tr>
        </thead>
        <tbody>
          {report.residency.map(({ reason, share }) => (
            <tr key={reason}>
              <th scope="row">{reason}</th>
              <td className="num">
                {gone !== null || share === null ? <Missing /> : formatPercent(share, 1)}
                {share === null && !lost ? <small>{WHY.unsupported}</small> : null}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function Job({ report }: { report: GpuReport | null }) {
  if (report === null) return null;
  const { works } = report;
  if (works.length === 0)
    return <p className={styles.quiet}>No pod or job is named in the labels of this GPU’s metrics.</p>;
  const rowsOf = ({ namespace, pod, job }: (typeof works)[number]) =>
    [
      ['Namespace', namespace],
      ['Pod', pod],
      ['Slurm job', job],
    ].filter(([, text]) => text !== '');
  return (
    <>
      {works.length > 1 ? (
        <p className={styles.quiet}>
          {works.length} pods or jobs share this GPU. Its exporter reads one power for all: each is given the same part.
        </p>
      ) : null}
      {works.map((work) => (
        <Words key={`${work.namespace}/${work.pod}/${work.job}`} rows={rowsOf(work)} />
      ))}
    </>
  );
}

function Identity(props: { report: GpuReport | null; layout: LayoutDocument; model: RackModel; name: string }) {
  const { report, model, name } = props;
  if (report === null) return null;
  const own = report.identity.map(({ label, text }) => [label, text]);
  return (
    <Words rows={[['Position', `${model.path}, ${name}`], ['Node', report.node], ['Model', report.model], ...own]} />
  );
}

function Words({ rows }: { rows: readonly (readonly string[])[] }) {
  return (
    <dl className={styles.facts}>
      {rows.map(([label, text]) => (
        <div key={label} className={styles.fact}>
          <dt>{label}</dt>
          <dd className={styles.text}>{text}</dd>
        </div>
      ))}
    </dl>
  );
}

const ORDER = ['nvlink', 'pcie', 'infiniband', 'ethernet'];
const KINDS = { nvlink: 'NVLink', pcie: 'PCIe', infiniband: 'InfiniBand', ethernet: 'Ethernet' } as const;

function Links({ rows, fault, gone }: { rows: readonly LinkRow[] | undefined; fault: string; gone: Gone | null }) {
  if (fault !== '') return <p className={styles.fault}>Links could not be read: {fault}</p>;
  if (rows === undefined) return null;
  if (rows.length === 0) return <p className={styles.quiet}>No link counters of this GPU or its node are exported.</p>;
  return (
    <table className={styles.table}>
      <thead>
        <tr>
          <th scope="col">Link</th>
          <th scope="col">Receive</th>
          <th scope="col">Transmit</th>
          <th scope="col">Use</th>
          <th scope="col">State</th>
        </tr>
      </thead>
      <tbody>
        {[...rows]
          .sort(
            (a, b) =>
              ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind) || a.name.localeCompare(b.name, 'en', { numeric: true }),
          )
          .map((row) => (
            <LinkLine key={`${row.kind} ${row.label}`} row={row} gone={gone} />
          ))}
      </tbody>
    </table>
  );
}

function LinkLine({ row, gone }: { row: LinkRow; gone: Gone | null }) {
  const own = row.kind === 'nvlink' || row.kind === 'pcie';
  const rate = (bps: number | null) => (own ? formatNvlink(bps) : formatLink(bps));
  const shown = (text: string) => (gone !== null || text === '—' ? <Missing /> : text);
  const trouble = row.troubles[0];
  const state = row.degraded !== '' ? row.degraded : (trouble ?? (row.up === false ? 'down' : ''));
  const isUp = gone === null && state === '' && row.up === true;
  return (
    <tr>
      <th scope="row">{own ? row.name : `${KINDS[row.kind]} ${row.name}`}</th>
      <td className="num">{shown(rate(row.rxBps))}</td>
      <td className="num">{shown(rate(row.txBps))}</td>
      <td className="num">
        {shown(formatPercent(row.use, 0))}
        {gone === null && row.use === null && row.txBps !== null ? <small>rate not told</small> : null}
      </td>
      <td>
        {isUp ? <span className={styles.up}>up</span> : null}
        {gone !== null || state === '' ? null : (
          <>
            <Glyph severity={trouble === 'down' || trouble === 'saturated' ? 'critical' : 'warning'} /> {state}
          </>
        )}
      </td>
    </tr>
  );
}
