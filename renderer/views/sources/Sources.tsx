import { useState } from 'react';
import type { SourceHealth } from '../../../shared/contract/sources.ts';
import type { HelloReply, Severity } from '../../../shared/contract.ts';
import { formatAge, formatBytes, formatCount } from '../../../shared/format.ts';
import type { SourceSettings } from '../../../shared/settings.ts';
import { useCloseDemo, useCoverage, useInterop, useOpenDemo, useRetry, useSaveSettings } from '../../ask/ask.ts';
import { faultOf } from '../../link/link.ts';
import { Glyph } from '../../parts/Glyph.tsx';
import parts from '../../parts/parts.module.css';
import { retryWords } from '../retry-words.ts';
import { CoverageTable } from './ConnectionTest.tsx';
import { ExchangeDetail } from './exchange/ExchangeDetail.tsx';
import { type ExchangeChoice, ExchangeList } from './exchange/ExchangeList.tsx';
import { PlaceParts } from './places/PlaceParts.tsx';
import { SourceForm } from './SourceForm.tsx';
import styles from './sources.module.css';

/** Sources: what is read and how it does, and the form to change that. */
export function Sources(props: {
  hello: HelloReply;
  sources: readonly SourceHealth[];
  now: number;
  /** '' while link and engine are up. */
  trouble: string;
  /** What is on the screen is too old to be shown. */
  lost: boolean;
}) {
  const { hello, sources } = props;
  const [chosen, setChosenSource] = useState<string | null>(null);
  const [exchange, setExchange] = useState<ExchangeChoice | null>(null);
  const interop = useInterop();
  const setChosen = (id: string | null) => {
    setExchange(null);
    setChosenSource(id);
  };
  const known = listOf(hello.settings.sources, sources);
  const current = known.find((entry) => entry.id === chosen) ?? (chosen === '' ? null : (known[0] ?? null));
  const operate = hello.role === 'operate';
  return (
    <PlaceParts operate={operate} lost={props.lost}>
      <div className={styles.sources}>
        <section className={`${parts.panel} ${styles.side}`} aria-label="List of sources" data-region>
          <div className={parts.header}>
            <h2>Sources</h2>
            <button
              type="button"
              className={`${parts.button} ${parts.end}`}
              onClick={() => setChosen('')}
              disabled={!operate}
            >
              Add source
            </button>
          </div>
          <ul>
            {known.map((entry) => (
              <li key={entry.id}>
                <button
                  type="button"
                  className={styles.entry}
                  aria-pressed={exchange === null && entry.id === current?.id}
                  onClick={() => setChosen(entry.id)}
                >
                  <State health={entry.health} trouble={props.trouble} now={props.now} name={entry.name} />
                </button>
              </li>
            ))}
            {known.length === 0 ? <li className={styles.quiet}>No sources yet.</li> : null}
          </ul>
          <ExchangeList
            interop={interop.data}
            chosen={exchange}
            operate={operate}
            now={props.now}
            onChoose={setExchange}
          />
          <DemoSwitch on={hello.settings.demo || known.some(({ id }) => id === DEMO_ID)} operate={operate} />
          <WorkstationSwitch hello={hello} operate={operate} />
          <PlacesNote profile={hello.profile} />
        </section>
        {exchange === null ? (
          <Detail
            hello={hello}
            entry={current}
            taken={known.map((entry) => entry.id)}
            now={props.now}
            onChoose={setChosen}
          />
        ) : (
          <ExchangeDetail
            hello={hello}
            interop={interop.data}
            choice={exchange}
            now={props.now}
            onChoose={setExchange}
          />
        )}
      </div>
    </PlaceParts>
  );
}

/** One source: how it does, its form, and which signals it has. */
function Detail(props: {
  hello: HelloReply;
  entry: Entry | null;
  taken: readonly string[];
  now: number;
  onChoose: (id: string | null) => void;
}) {
  const { hello, entry } = props;
  const source = hello.settings.sources.find((candidate) => candidate.id === entry?.id && entry.id !== DEMO_ID) ?? null;
  return (
    <section className={parts.panel} aria-label="Source" data-region>
      <div className={parts.header}>
        <h2>{entry === null ? 'Add source' : entry.name}</h2>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard. */}
      <section key={entry?.id ?? ''} className={styles.scroll} tabIndex={0} aria-label="Facts and settings">
        {entry?.health == null ? null : (
          <Health health={entry.health} now={props.now} operate={hello.role === 'operate'} />
        )}
        {entry === null || source !== null ? (
          <SourceForm
            source={source}
            taken={props.taken}
            operate={hello.role === 'operate'}
            onSaved={props.onChoose}
            onRemoved={() => props.onChoose(null)}
          />
        ) : (
          <p className={styles.quiet}>This source belongs to this run and is not kept in the settings.</p>
        )}
        {entry === null ? null : <Coverage id={entry.id} read={entry.health?.lastOk != null} />}
      </section>
    </section>
  );
}

/** Whether this machine's own GPUs and network ports are a node of the fleet. */
function WorkstationSwitch({ hello, operate }: { hello: HelloReply; operate: boolean }) {
  const save = useSaveSettings();
  return (
    <div className={styles.note}>
      <h3>This workstation</h3>
      <label>
        <input
          type="checkbox"
          checked={hello.settings.workstationAsNode}
          disabled={!operate || save.isPending}
          onChange={(event) =>
            save.mutate({ settings: { ...hello.settings, workstationAsNode: event.target.checked } })
          }
        />{' '}
        Show it as a node of the fleet
      </label>
      {save.error === null ? null : <p role="alert">{faultOf(save.error).message}</p>}
    </div>
  );
}

/** Where topology and budgets are read from. */
function PlacesNote({ profile }: { profile: string }) {
  return (
    <div className={styles.note}>
      <h3>Places and budgets</h3>
      <p>
        Put <code>topology.csv</code> and <code>budgets.csv</code> into this folder. They are read again when they
        change.
      </p>
      <p className={styles.path}>{profile}</p>
      <p>They may be edited under Budgets and Topology as well, which log who did it.</p>
    </div>
  );
}

/** The demo fleet's source has this id in every host. */
export const DEMO_ID = 'demo';

interface Entry {
  readonly id: string;
  readonly name: string;
  readonly health: SourceHealth | null;
}

/** Configured sources in their order, then those that only the engine knows (demo, given at the start). */
function listOf(settings: readonly SourceSettings[], healths: readonly SourceHealth[]): readonly Entry[] {
  const configured = settings.map(({ id, name }) => ({
    id,
    name,
    health: healths.find((health) => health.id === id) ?? null,
  }));
  const others = healths.filter((health) => !settings.some((source) => source.id === health.id));
  return [...configured, ...others.map((health) => ({ id: health.id, name: health.name, health }))];
}

const GLYPHS: Readonly<Record<SourceHealth['state'], Severity | null>> = {
  starting: null,
  up: null,
  partial: 'warning',
  down: 'nodata',
};

export function State(props: { name: string; health: SourceHealth | null; trouble: string; now: number }) {
  const { health, now } = props;
  const glyph = health === null ? null : GLYPHS[health.state];
  const age = health?.lastOk == null ? 'never read' : `read ${formatAge(Math.max(0, now - health.lastOk))} ago`;
  return (
    <>
      <span className={styles.entryName}>
        {glyph === null ? null : <Glyph severity={glyph} />}
        {props.name}
      </span>
      <span className={`num ${styles.entryState}`}>
        {props.trouble !== '' ? 'State not known' : health === null ? 'Not started' : `${health.state}, ${age}`}
        {health?.insecure ? ', any certificate' : ''}
      </span>
      {health?.fault == null ? null : (
        <span className={styles.entryFault}>
          {health.fault.message} {health.fault.hint}
        </span>
      )}
    </>
  );
}

export function Health({ health, now, operate }: { health: SourceHealth; now: number; operate: boolean }) {
  const retry = useRetry();
  const facts: readonly (readonly [string, string])[] = [
    ['State', health.state],
    ['Targets', `${formatCount(health.targetsUp)} of ${formatCount(health.targets)} up`],
    ['Series', formatCount(health.series)],
    ['Last refresh', health.lastMs === null ? '—' : `${Math.round(health.lastMs)} ms`],
    ['Last success', health.lastOk === null ? 'never' : `${formatAge(Math.max(0, now - health.lastOk))} ago`],
    ['Bad samples', formatCount(health.badSamples)],
    ['Requests, last hour', formatCount(health.hour.questions)],
    ['Received, last hour', formatBytes(health.hour.bytes)],
    ...(health.retry === undefined
      ? []
      : ([
          ['Next try', retryWords(health.retry, now)],
          ['Back-off', `${health.retry.targets === 1 ? '' : 'up to '}${formatAge(health.retry.waitMs)}`],
        ] as const)),
  ];
  return (
    <>
      <dl className={styles.facts}>
        {facts.map(([label, text]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd className="num">{text}</dd>
          </div>
        ))}
      </dl>
      {health.fault === null ? null : (
        <p className={styles.fault}>
          {health.fault.message} {health.fault.hint}{' '}
          <span className="num">
            For {formatAge(Math.max(0, now - health.fault.since))}, {formatCount(health.fault.count)} times.
          </span>
        </p>
      )}
      {health.retry === undefined ? null : (
        <button
          type="button"
          className={parts.button}
          disabled={!operate || retry.isPending}
          onClick={() => retry.mutate({})}
        >
          Retry now
        </button>
      )}
      {health.warnings.map((warning) => (
        <p key={warning} className={styles.warning}>
          {warning}
        </p>
      ))}
    </>
  );
}

/** Which signals a source tells. Before its first answer none of them is missing. */
function Coverage({ id, read }: { id: string; read: boolean }) {
  const coverage = useCoverage(id, read);
  if (!read) return <p className={styles.quiet}>Which signals it tells is known after its first answer.</p>;
  if (coverage.data === undefined || coverage.data.length === 0) return null;
  return <CoverageTable rows={coverage.data} />;
}

function DemoSwitch({ on, operate }: { on: boolean; operate: boolean }) {
  const open = useOpenDemo();
  const close = useCloseDemo();
  const failed = open.error ?? close.error;
  return (
    <div className={styles.note}>
      <h3>Demo fleet</h3>
      <p>2,048 simulated GPUs whose exporters listen on this machine only.</p>
      <button
        type="button"
        className={parts.button}
        disabled={!operate || open.isPending || close.isPending}
        onClick={() => (on ? close.mutate({}) : open.mutate({}))}
      >
        {on ? 'Close demo fleet' : 'Open demo fleet'}
      </button>
      {failed === null ? null : (
        <p role="alert" className={styles.fault}>
          {faultOf(failed).message} {faultOf(failed).hint}
        </p>
      )}
    </div>
  );
}
