import type { ReactNode } from 'react';
import type { Alert } from '../../../shared/alerting/alert.ts';
import { formatCount } from '../../../shared/format.ts';
import { Glyph } from '../../parts/Glyph.tsx';
import { AlertRow } from './AlertRow.tsx';
import type { AlertGroup, Sections } from './alert-groups.ts';
import tables from './alert-tables.module.css';

interface Props {
  readonly sections: Sections;
  readonly folded: ReadonlySet<string>;
  readonly now: number;
  readonly selected: string;
  readonly onSelect: (id: string) => void;
  readonly onFold: (id: string) => void;
}

const COLUMNS = 9;

/** The list: what has one cause folded under it, then pending, muted and lately resolved alerts. */
export function AlertList(props: Props) {
  const { open, pending, muted, resolved } = props.sections;
  return (
    <table className={tables.list}>
      <thead>
        <tr>
          <th scope="col">
            <span className="hidden">Severity</span>
          </th>
          <th scope="col">Alert</th>
          <th scope="col">Object</th>
          <th scope="col" className={tables.right}>
            Now
          </th>
          <th scope="col" className={tables.right}>
            Limit
          </th>
          <th scope="col" className={tables.right}>
            Since
          </th>
          <th scope="col">Duration</th>
          <th scope="col">Owner</th>
          <th scope="col">State</th>
        </tr>
      </thead>
      {open.map((group) => (
        <Group key={group.id} group={group} {...props} />
      ))}
      <Fold id="pending" title="Pending" alerts={pending} {...props} />
      <Fold id="muted" title="Silenced or inhibited" alerts={muted} {...props} />
      <Fold id="resolved" title="Resolved lately" alerts={resolved} {...props} />
    </table>
  );
}

function Rows({ alerts, inGroup, ...props }: Props & { alerts: readonly Alert[]; inGroup: boolean }) {
  return alerts.map((alert) => (
    <AlertRow
      key={alert.id}
      alert={alert}
      now={props.now}
      inGroup={inGroup}
      selected={alert.id === props.selected}
      onSelect={() => props.onSelect(alert.id)}
    />
  ));
}

function Group({ group, ...props }: Props & { group: AlertGroup }) {
  if (group.alerts.length === 1) {
    return (
      <tbody>
        <Rows alerts={group.alerts} inGroup={false} {...props} />
      </tbody>
    );
  }
  return (
    <Folding
      id={group.id}
      {...props}
      title={
        <>
          <Glyph severity={group.severity} size={12} /> {group.title}
        </>
      }
      count={group.alerts.length}
    >
      <Rows alerts={group.alerts} inGroup {...props} />
    </Folding>
  );
}

function Fold({ id, title, alerts, ...props }: Props & { id: string; title: string; alerts: readonly Alert[] }) {
  if (alerts.length === 0) return null;
  return (
    <Folding id={id} title={title} count={alerts.length} {...props}>
      <Rows alerts={alerts} inGroup={false} {...props} />
    </Folding>
  );
}

function Folding(
  props: Pick<Props, 'folded' | 'onFold'> & { id: string; title: ReactNode; count: number; children: ReactNode },
) {
  const open = !props.folded.has(props.id);
  return (
    <tbody>
      <tr>
        <th colSpan={COLUMNS} scope="rowgroup" className={tables.groupRow}>
          <button type="button" aria-expanded={open} onClick={() => props.onFold(props.id)}>
            <span className={tables.chevron} data-open={open} aria-hidden="true" />
            <span className={tables.groupTitle}>{props.title}</span>
            <span className="num">{formatCount(props.count)}</span>
          </button>
        </th>
      </tr>
      {open ? props.children : null}
    </tbody>
  );
}
