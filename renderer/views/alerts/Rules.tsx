import { useState } from 'react';
import type { RuleStatus } from '../../../shared/alerting/alert.ts';
import { useRules } from '../../ask/alerts.ts';
import { faultOf } from '../../link/link.ts';
import { useTravel } from '../../live/travel.tsx';
import { Glyph } from '../../parts/Glyph.tsx';
import parts from '../../parts/parts.module.css';
import { durationText } from './AlertRow.tsx';
import { ruleWords } from './alert-facets.ts';
import tables from './alert-tables.module.css';
import styles from './alerts.module.css';
import { OthersRules } from './OthersRules.tsx';
import { RuleEditor } from './RuleEditor.tsx';
import { editorKey } from './rule-form.ts';

/** Every rule: what it asks, how it does, and an editor with a preview of what it would find now; at a time of the past as it was then. */
export function Rules({ version, operate }: { version: number; operate: boolean }) {
  const reply = useRules(version);
  const { past } = useTravel();
  const [open, setOpen] = useState('');
  const rules = reply.data?.rules ?? [];
  const chosen = rules.find(({ name }) => name === open) ?? rules[0];
  return (
    <div className={styles.rules}>
      <section className={parts.panel} aria-label="Rules" data-region>
        <div className={parts.header}>
          <h2>Rules</h2>
          <span className={`${parts.caption} ${parts.end}`}>{rules.length} rules</span>
        </div>
        {reply.error ? <p className={styles.fault}>{faultOf(reply.error).message}</p> : null}
        {(reply.data?.errors ?? []).map(({ file, line, column, message }) => (
          <p key={`${file} ${line} ${column}`} className={styles.fault}>
            {file}, line {line}, column {column}: {message}
          </p>
        ))}
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard. */}
        <section className={styles.scroll} tabIndex={0} aria-label="All rules">
          <table className={tables.plain}>
            <thead>
              <tr>
                <th scope="col" className={tables.glyph}>
                  <span className="hidden">Severity</span>
                </th>
                <th scope="col">Rule</th>
                <th scope="col">For</th>
                <th scope="col" className={tables.right}>
                  Firing
                </th>
                <th scope="col">Health</th>
              </tr>
            </thead>
            <tbody>
              {rules.map((rule) => (
                <tr key={rule.name} className={tables.row} aria-selected={rule === chosen}>
                  <td>
                    <Glyph severity={rule.severity} size={12} />
                  </td>
                  <td>
                    <button
                      type="button"
                      className={tables.pick}
                      aria-pressed={rule === chosen}
                      onClick={() => setOpen(rule.name)}
                    >
                      {ruleWords(rule.name)}
                    </button>
                    <span className={tables.tags}>{tagsOf(rule)}</span>
                  </td>
                  <td>{rule.forMs === 0 ? 'at once' : durationText(rule.forMs)}</td>
                  <td className={tables.right}>{rule.firing}</td>
                  <td title={rule.lastError}>{past === null ? healthOf(rule) : 'Not kept'}</td>
                </tr>
              ))}
            </tbody>
          </table>
          {past === null ? <OthersRules /> : <p className={styles.quiet}>Rules of Prometheus are told of now only.</p>}
        </section>
      </section>
      {chosen ? (
        <RuleEditor
          key={editorKey(chosen, past !== null)}
          rule={chosen}
          quantities={reply.data?.quantities ?? []}
          operate={operate}
          isOver={past !== null}
        />
      ) : null}
    </div>
  );
}

function tagsOf(rule: RuleStatus): string {
  return [rule.from === 'file' ? rule.file : '', rule.changed ? 'changed' : '', rule.enabled ? '' : 'off']
    .filter((word) => word !== '')
    .join(', ');
}

const healthOf = (rule: RuleStatus) =>
  rule.health === 'error' ? `Failed: ${rule.lastError}` : rule.health === 'ok' ? 'Runs' : 'Not run yet';
