import { Fragment, useEffect, useRef, useState } from 'react';
import type { Finding, LayoutDocument } from '../../../shared/contract.ts';
import { formatAge, formatTime } from '../../../shared/format.ts';
import { useIsOver, useOffReason } from '../../live/travel.tsx';
import { Glyph } from '../../parts/Glyph.tsx';
import { Kbd } from '../../parts/Kbd.tsx';
import parts from '../../parts/parts.module.css';
import { type ConditionGroup, conditionGroups, conditionKey, countBySeverity } from './condition-groups.ts';
import { RailActions } from './RailActions.tsx';
import styles from './rail.module.css';

/** Conditions that hold now, or held at the time that is shown, grouped by domain and hall; those of a screen without data are not known. */
export function ConditionRail(props: {
  layout: LayoutDocument;
  findings: readonly Finding[];
  now: number;
  /** '' while the data is live, else why the conditions are not known. */
  unknown: string;
  /** The chosen one's key; undefined: none is. */
  selected: string | undefined;
  /** Alerts may be acknowledged and silenced: this viewer may operate, and what is shown is live. */
  operate: boolean;
  /** The frame's number of alerts. */
  version: number;
  /** Too many are new to be read one by one: groups are shown folded. */
  flood: boolean;
  onSelect: (finding: Finding) => void;
  onClose: () => void;
}) {
  const { layout, findings, now, unknown } = props;
  const groups = conditionGroups(layout, findings);
  const [unfolded, setUnfolded] = useState<ReadonlySet<string>>(new Set());
  const isSelected = (finding: Finding) => conditionKey(layout, finding) === props.selected;
  const isOpen = ({ title, findings: of }: ConditionGroup) =>
    !props.flood || unfolded.has(title) || of.some(isSelected);
  const fold = (title: string) =>
    setUnfolded((before) =>
      before.has(title) ? new Set([...before].filter((one) => one !== title)) : new Set([...before, title]),
    );
  const off = useOffReason();
  const over = useIsOver();
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
      <section className={styles.list} tabIndex={0} aria-label={over ? 'Alerts then' : 'Alerts now'}>
        {unknown !== '' ? <p className={styles.quiet}>{unknown}</p> : null}
        {unknown === '' && groups.length === 0 ? (
          <p className={styles.quiet}>{over ? 'No alerts then.' : 'No alerts now.'}</p>
        ) : null}
        {unknown !== ''
          ? null
          : groups.map((group) => (
              <div key={group.title}>
                {props.flood ? (
                  <FoldedGroup group={group} open={isOpen(group)} onFold={() => fold(group.title)} />
                ) : (
                  <h3 className={`${styles.group} ${parts.caption}`}>
                    <span>{group.title}</span>
                    <span className="num">{group.findings.length}</span>
                  </h3>
                )}
                {(isOpen(group) ? group.findings : []).map((finding) => {
                  const selected = isSelected(finding);
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
                      {selected && off !== '' ? <p className={styles.quiet}>Acknowledge and silence: {off}</p> : null}
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

/** A group of a flood: its worst severity, its name and how many lines it has; opened by a click or Enter. */
function FoldedGroup({ group, open, onFold }: { group: ConditionGroup; open: boolean; onFold: () => void }) {
  return (
    <h3 className={styles.folded}>
      <button type="button" aria-expanded={open} onClick={onFold}>
        <Glyph severity={group.findings[0].severity} size={13} />
        <span>{group.title}</span>
        <span className="num">{group.findings.length}</span>
      </button>
    </h3>
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
