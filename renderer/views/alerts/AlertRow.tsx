import { useEffect, useRef } from 'react';
import type { Alert } from '../../../shared/alerting/alert.ts';
import { formatAge, formatTime } from '../../../shared/format.ts';
import { Glyph } from '../../parts/Glyph.tsx';
import { Missing } from '../../parts/Missing.tsx';
import { valueText } from '../../parts/value-text.ts';
import { STANDING_WORDS, standingOf } from './alert-facets.ts';
import tables from './alert-tables.module.css';
import { valueNow } from './words.ts';

/** Durations are drawn against this: an alert of an hour and more fills the bar. */
const FULL_BAR_MS = 3_600_000;

/** One alert as a row of the list: everything that ui.md (d) names, the duration as a bar too. */
export function AlertRow(props: {
  alert: Alert;
  now: number;
  selected: boolean;
  inGroup: boolean;
  onSelect: () => void;
}) {
  const { alert } = props;
  const row = useRef<HTMLTableRowElement>(null);
  useEffect(() => {
    if (props.selected) row.current?.scrollIntoView({ block: 'nearest' });
  }, [props.selected]);
  const standing = standingOf(alert);
  const now = valueNow(alert);
  const since = alert.firedAt ?? alert.activeAt;
  const lasted = Math.max(0, (alert.resolvedAt ?? props.now) - since);
  return (
    <tr ref={row} className={tables.row} aria-selected={props.selected} data-standing={standing}>
      <td className={props.inGroup ? tables.indented : undefined}>
        <Glyph severity={standing === 'unknown' ? 'nodata' : alert.severity} size={13} />
      </td>
      <td className={tables.titleCell}>
        <button type="button" className={tables.pick} aria-pressed={props.selected} onClick={props.onSelect}>
          {alert.title}
        </button>
      </td>
      <td className={tables.object}>{alert.object}</td>
      <td className={tables.right}>
        {alert.unit === 'flag' ? '' : now === null ? <Missing /> : valueText(now, alert.unit)}
      </td>
      <td className={tables.right}>
        {alert.unit === 'flag' ? '' : alert.limit === null ? <Missing /> : valueText(alert.limit, alert.unit)}
      </td>
      <td className={tables.right}>{formatTime(since).slice(0, 5)}</td>
      <td className={tables.duration}>
        <span className={tables.bar} aria-hidden="true">
          <span className={tables.filled} style={{ width: `${Math.min(100, (100 * lasted) / FULL_BAR_MS)}%` }} />
        </span>
        <span className="num">{durationText(lasted)}</span>
      </td>
      <td className={tables.owner}>{alert.acked?.who ?? ''}</td>
      <td className={tables.state}>{STANDING_WORDS[standing]}</td>
    </tr>
  );
}

/** Whole minutes once there is one, so that a list does not tick. */
export function durationText(ms: number): string {
  return ms < 60_000 ? formatAge(ms) : formatAge(Math.floor(ms / 60_000) * 60_000).replace(' 0 s', '');
}
