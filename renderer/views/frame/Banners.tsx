import type { ReactNode } from 'react';
import type { AlertTrouble } from '../../../shared/alerting/alert.ts';
import type { SourceHealth } from '../../../shared/contract/sources.ts';
import type { Fault, ViewFrame } from '../../../shared/contract.ts';
import { formatAge, formatPower, formatTime } from '../../../shared/format.ts';
import type { Freshness } from '../../live/freshness.ts';
import type { LastSeen } from '../../live/store.ts';
import { Glyph } from '../../parts/Glyph.tsx';
import { Kbd } from '../../parts/Kbd.tsx';
import { retrySentence } from '../retry-words.ts';
import styles from './frame.module.css';
import { isSilent, isToldOnTop } from './troubles.ts';

/** A source's clock may lead by this much before it is told. */
const SKEW_MS = 10_000;

/**
 * What must be shown across the top: demo data, lost link or engine, stale data, silent sources, a pause. To who hears the
 * page it is said by the voice, in words that do not tick.
 */
export function Banners(props: {
  frame: ViewFrame | null;
  freshness: Freshness;
  last: LastSeen | null;
  demo: boolean;
  pausedAt: number | null;
  onCloseDemo: (() => void) | null;
  /** What is wrong with settings.json; null where nothing is. */
  settings: Fault | null;
}) {
  const { frame, freshness, last, pausedAt } = props;
  const silent = freshness.trouble === '' ? (frame?.sources.filter(isSilent) ?? []) : [];
  const partly = freshness.trouble === '' ? (frame?.sources.filter((source) => source.partial !== null) ?? []) : [];
  const skewed = frame?.sources.filter((source) => Math.abs(source.skewMs ?? 0) > SKEW_MS) ?? [];
  return (
    <div className={styles.banners}>
      {props.settings === null ? null : (
        <Banner tone="nodata">
          <Glyph severity="warning" named={false} /> <b>{props.settings.message}</b>
          <span>{props.settings.hint}</span>
        </Banner>
      )}
      {props.demo ? (
        <Banner tone="demo">
          <b>Demo data</b> A simulated fleet on this machine. Nothing here is real.
          {props.onCloseDemo === null ? null : (
            <button type="button" onClick={props.onCloseDemo}>
              Close demo fleet
            </button>
          )}
        </Banner>
      ) : null}
      {pausedAt === null ? null : (
        <Banner tone="paused">
          <b>Paused</b> The screen shows {formatTime(pausedAt)}, {formatAge(Math.max(0, freshness.now - pausedAt))} ago.{' '}
          <Kbd>Space</Kbd> Resume
        </Banner>
      )}
      {freshness.trouble === '' ? null : (
        <Banner tone="nodata">
          <Glyph severity="nodata" named={false} /> <b>{freshness.trouble}</b>
        </Banner>
      )}
      {freshness.state === 'stale' && freshness.ageMs !== null ? (
        <Banner tone="nodata">
          <Glyph severity="nodata" named={false} /> <b className="num">No data for {formatAge(freshness.ageMs)}</b>
          {last === null ? null : (
            <span className="num">
              Last value {last.atLeast ? '≥ ' : ''}
              {formatPower(last.powerW)} at {formatTime(last.sampled)}
            </span>
          )}
        </Banner>
      ) : null}
      {(freshness.trouble === '' ? (frame?.alerts.trouble ?? []) : []).filter(isToldOnTop).map((trouble) => (
        <AlertBanner key={trouble.code} trouble={trouble} />
      ))}
      {silent.slice(0, 2).map((source) => (
        <SilentSource key={source.id} source={source} now={freshness.now} />
      ))}
      {silent.length > 2 ? <Banner tone="nodata">{silent.length - 2} more sources do not answer</Banner> : null}
      {partly.slice(0, 1).map(({ id, name, partial }) => (
        <Banner key={id} tone="nodata">
          <Glyph severity="nodata" named={false} />
          <b>
            {name} answers in part
            <Span ms={freshness.now - (partial?.since ?? freshness.now)} />
          </b>
          <span>What is missing is not known to be gone. The server says: {partial?.said}</span>
        </Banner>
      ))}
      {skewed.slice(0, 1).map((source) => (
        <Banner key={source.id} tone="nodata">
          Clock differs by {formatAge(Math.abs(source.skewMs ?? 0))} from {source.name}
        </Banner>
      ))}
    </div>
  );
}

/** For how long; the name before it is in plain figures, whose hyphens are narrow. */
function Span({ ms }: { ms: number }) {
  return <span className="num"> for {formatAge(Math.max(0, ms))}</span>;
}

function SilentSource({ source, now }: { source: SourceHealth; now: number }) {
  // Faults take turns where there are many targets: it is silent since it was last read.
  const since = source.lastOk ?? source.fault?.since ?? null;
  return (
    <Banner tone="nodata">
      <Glyph severity="nodata" named={false} />
      <b>
        {source.name} does not answer{since === null ? null : <Span ms={now - since} />}
      </b>
      {source.fault === null ? null : (
        <span>
          {source.fault.message} {source.fault.hint} {retrySentence(source.retry, now)}
        </span>
      )}
    </Banner>
  );
}

/** Alerts are too many to be read one by one, may be missing, or are not written down. */
function AlertBanner({ trouble: { code, message, hint } }: { trouble: AlertTrouble }) {
  const flood = code === 'flood';
  return (
    <Banner tone={flood ? 'flood' : 'nodata'}>
      <Glyph severity={flood ? 'critical' : 'nodata'} named={false} /> <b>{message}</b>
      <span>{hint}</span>
      <a href="#/alerts">
        Alerts <Kbd>4</Kbd>
      </a>
    </Banner>
  );
}

type Tone = 'demo' | 'nodata' | 'paused' | 'flood';

function Banner({ tone, children }: { tone: Tone; children: ReactNode }) {
  return (
    <div className={styles[tone]} data-banner={tone}>
      {children}
    </div>
  );
}
