import { Fragment, useEffect, useRef, useState } from 'react';
import type { Finding, LayoutDocument } from '../../../shared/contract.ts';
import { formatAge, formatTime } from '../../../shared/format.ts';
import { Glyph } from '../../parts/Glyph.tsx';
import { Kbd } from '../../parts/Kbd.tsx';
import parts from '../../parts/parts.module.css';
import { conditionGroups, conditionKey, countBySeverity } from './condition-groups.ts';
import { RailActions } from './RailActions.tsx';
import styles from './rail.module.css';

/** Conditions that hold now, grouped by domain and hall; those of a screen without data are not known. */
export function ConditionRail(props: {
  layout: LayoutDocument;
  findings: readonly Finding[];
  now: number;
  /** '' while the data is live, else why the conditions are not known. */
  unknown: string;
  selected: string;
  /** Alerts may be acknowledged and silenced: this viewer may operate, and what is shown is live. */
  operate: boolean;
  /** The frame's number of alerts. */
  version: number;
  onSelect: (finding: Finding) => void;
  onClose: () => void;
}) {
  const { layout, findings, now, unknown } = props;
  const groups = conditionGroups(layout, findings);
  return (
    <>
      <div className={parts.header}>
        <h2>Alerts</h2>
        <span className={`${styles.counts} ${parts.caption} num`}>
          {unknown !== ''
            ? null
            : countBySeverity(findings).map(([severity, count]) => (
                <span key={severity}>
                  <Glyph severity={severity} size={11} /> {count}
                </span>
              ))}
        </span>
        <button type="button" aria-label="Hide alerts" onClick={props.onClose}>
          <Kbd>\</Kbd>
        </button>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard. */}
      <section className={styles.list} tabIndex={0} aria-label="Alerts now">
        {unknown !== '' ? <p className={styles.quiet}>{unknown}</p> : null}
        {unknown === '' && groups.length === 0 ? <p className={styles.quiet}>No alerts now.</p> : null}
        {unknown !== ''
          ? null
          : groups.map((group) => (
              <div key={group.title}>
                <h3 className={`${styles.group} ${parts.caption}`}>
                  <span>{group.title}</span>
                  <span className="num">{group.findings.length}</span>
                </h3>
                {group.findings.map((finding) => {
                  const selected = conditionKey(layout, finding) === props.selected;
                  return (
                    <Fragment key={conditionKey(layout, finding) + finding.title.split(' at ')[0]}>
                      <Condition
                        finding={finding}
                        now={now}
                        selected={selected}
                        onSelect={() => props.onSelect(finding)}
                      />
                      {selected && props.operate && finding.alert !== undefined ? (
                        <RailActions alert={finding.alert} version={props.version} now={now} />
                      ) : null}
                    </Fragment>
                  );
                })}
              </div>
            ))}
        <p className={styles.quiet}>
          Silences, rules and history: <a href="#/alerts">Alerts</a> <Kbd>4</Kbd>
        </p>
      </section>
    </>
  );
}

function Condition(props: { finding: Finding; now: number; selected: boolean; onSelect: () => void }) {
  const { finding, now } = props;
  const line = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (props.selected) line.current?.scrollIntoView({ block: 'nearest' });
  }, [props.selected]);
  return (
    <button
      ref={line}
      type="button"
      className={props.selected ? styles.selected : styles.condition}
      aria-pressed={props.selected}
      onClick={props.onSelect}
    >
      <Glyph severity={finding.severity} size={13} />
      <span className={styles.title}>{finding.title}</span>
      <span className={styles.detail}>{finding.detail}</span>
      <span className={styles.meta}>
        Since {formatTime(finding.since).slice(0, 5)}, {heldFor(now - finding.since)}
      </span>
    </button>
  );
}

const MINUTE = 60_000;

/** How long a condition has held: whole minutes once there is one, so that the line does not tick. */
function heldFor(ms: number): string {
  return ms < MINUTE ? formatAge(Math.max(0, ms)) : formatAge(Math.floor(ms / MINUTE) * MINUTE).replace(' 0 s', '');
}

/** How often at most something is said to a screen reader about conditions that are not new critical ones. */
const SAY_EVERY_MS = 10_000;

/** Says each new critical condition once; everything else at most every 10 s in a quiet sentence. */
export function ConditionVoice({
  findings,
  layout,
  now,
}: {
  findings: readonly Finding[];
  layout: LayoutDocument;
  now: number;
}) {
  const known = useRef<ReadonlySet<string> | null>(null);
  const said = useRef(Number.NEGATIVE_INFINITY);
  // The time is read when findings change; its own ticking is no news.
  const clock = useRef(now);
  clock.current = now;
  const [alert, setAlert] = useState('');
  const [status, setStatus] = useState('');
  useEffect(() => {
    const critical = findings.filter((finding) => finding.severity === 'critical');
    const fresh = critical.filter(
      (finding) => known.current !== null && !known.current.has(conditionKey(layout, finding)),
    );
    known.current = new Set(critical.map((finding) => conditionKey(layout, finding)));
    if (fresh.length > 0) setAlert(`Critical: ${fresh.map((finding) => finding.title).join('. ')}`);
    if (clock.current - said.current < SAY_EVERY_MS) return;
    said.current = clock.current;
    setStatus(`${findings.length} alerts now, ${critical.length} critical`);
  }, [findings, layout]);
  return (
    <>
      <div role="alert" className="hidden">
        {alert}
      </div>
      <div role="status" className="hidden">
        {status}
      </div>
    </>
  );
}
