import { useState } from 'react';
import type { OthersRule } from '../../../shared/contract/interop.ts';
import { formatCount } from '../../../shared/format.ts';
import { useOthersRules } from '../../ask/others.ts';
import { faultOf } from '../../link/link.ts';
import { durationText } from './AlertRow.tsx';
import tables from './alert-tables.module.css';
import styles from './alerts.module.css';

const STATES: Readonly<Record<OthersRule['state'], string>> = {
  inactive: 'Inactive',
  pending: 'Pending',
  firing: 'Firing',
  unknown: 'Not known',
};

/** Alerting rules of Prometheus sources beside ours: read, never edited here. */
export function OthersRules() {
  const { data: rules = [], error } = useOthersRules();
  const [open, setOpen] = useState(false);
  if (error) return <p className={styles.fault}>{faultOf(error).message}</p>;
  if (rules.length === 0) return null;
  return (
    <table className={tables.plain}>
      <thead className="hidden">
        <tr>
          <th scope="col">Rule</th>
          <th scope="col">Source</th>
          <th scope="col">For</th>
          <th scope="col">State</th>
        </tr>
      </thead>
      <tbody>
        <tr>
          <th colSpan={4} scope="rowgroup" className={tables.groupRow}>
            <button type="button" aria-expanded={open} onClick={() => setOpen(!open)}>
              <span className={tables.chevron} data-open={open} aria-hidden="true" />
              <span className={tables.groupTitle}>From Prometheus</span>
              <span className="num">{formatCount(rules.length)}</span>
            </button>
          </th>
        </tr>
        {open
          ? rules.map((rule) => <Row key={`${rule.source} ${rule.group} ${rule.name} ${rule.query}`} {...{ rule }} />)
          : null}
      </tbody>
    </table>
  );
}

function Row({ rule }: { rule: OthersRule }) {
  return (
    <tr className={tables.row}>
      <td>
        <span className={tables.othersName}>{rule.name}</span>
        <code className={styles.code}>{rule.query}</code>
        {rule.lastError === '' ? null : <span className={tables.tags}>Failed: {rule.lastError}</span>}
      </td>
      <td>{rule.sourceName}</td>
      <td>{rule.for === 0 ? 'at once' : durationText(rule.for * 1000)}</td>
      <td>{STATES[rule.state]}</td>
    </tr>
  );
}
