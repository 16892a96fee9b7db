import { useEffect, useMemo, useState } from 'react';
import { sideOfFrame } from '../../../shared/compare.ts';
import type { LayoutDocument, ViewFrame } from '../../../shared/contract.ts';
import { formatAge } from '../../../shared/format.ts';
import { useOldestOfHour, usePastFrame } from '../../ask/past-frame.ts';
import type { Freshness } from '../../live/freshness.ts';
import { textOfTime, timeOfText } from '../../live/time-address.ts';
import { useTravel } from '../../live/travel.tsx';
import { Kbd } from '../../parts/Kbd.tsx';
import parts from '../../parts/parts.module.css';
import type { Theme } from '../../theme/theme.ts';
import { goneOf } from '../gone.ts';
import { useKeys } from '../keys.ts';
import type { Go, Route } from '../route.ts';
import { placesOfBoth } from './both-places.ts';
import { CompareBody } from './CompareBody.tsx';
import styles from './compare.module.css';

const HOUR = 3_600_000;

interface Props {
  readonly layout: LayoutDocument | null;
  readonly frame: ViewFrame | null;
  readonly freshness: Freshness;
  readonly route: Route;
  readonly go: Go;
  readonly theme: Theme;
}

/** Two times of the fleet beside one another; both stand in the address, `b` without a time is now. */
export function ComparePage(props: Props) {
  const { layout, frame, freshness, route, go } = props;
  const { past, traveller } = useTravel();
  // What is "now" here is the live fleet, and never a time that the page was moved to.
  useEffect(() => {
    if (past) traveller?.to(null);
  }, [past, traveller]);
  const [a, b] = [timeOfText(route.params.a), timeOfText(route.params.b)];
  const put = (change: Readonly<Record<string, string>>) =>
    go({ view: 'compare', params: { ...route.params, ...change } }, true);
  // Without a time the first is an hour ago, or the oldest that is kept, and stays that time from then on.
  const oldest = useOldestOfHour(a === null ? (frame?.time ?? null) : null);
  const first = oldest === null ? '' : textOfTime(oldest);
  useEffect(() => {
    if (first !== '') go({ view: 'compare', params: { ...route.params, a: first } }, true);
  }, [first, go, route.params]);
  const before = usePastFrame(a);
  const then = usePastFrame(b);
  const gone = frame === null ? 'Loading the fleet' : (goneOf(freshness, false, 0)?.text ?? '');
  const none = frame?.sources.length === 0 ? 'No source is connected.' : '';
  const live = useMemo(
    () => (past === null && layout && frame && gone === '' ? { layout, frame } : null),
    [past, layout, frame, gone],
  );
  const after = b === null ? live : then.side;
  const sides = useMemo(
    () => [before.side, after].map((side) => side && sideOfFrame(side.layout, side.frame)),
    [before.side, after],
  );
  useKeys({ x: () => put({ a: route.params.b ?? textOfTime(freshness.now), b: route.params.a ?? '' }) });
  const [old, now] = [before.side?.layout, after?.layout];
  const both = useMemo(() => (old && now ? placesOfBoth(old, now) : null), [old, now]);
  /** A place of the time before only is opened as it was. */
  const open = (path: string) => {
    go({ view: 'overview', object: path });
    if (now && !now.path.includes(path)) traveller?.to(a);
    else if (b !== null) traveller?.to(b);
  };
  const unrecorded = before.missing || (b === null ? '' : then.missing);
  return (
    <CompareBody
      before={sides[0]}
      after={sides[1]}
      layout={both}
      missing={none || (unrecorded === '' ? gone || 'Loading' : `${unrecorded} Choose another time above.`)}
      why={none ? 'No source' : unrecorded === '' ? gone || 'Loading' : 'Not recorded'}
      theme={props.theme}
      onOpen={open}
    >
      <h2>Compare</h2>
      <Time label="A" time={a} now={freshness.now} said={before.words} onTime={(text) => put({ a: text })} />
      <Time
        label="B"
        time={b}
        now={freshness.now}
        said={b === null ? (live ? 'Live' : '') : then.words}
        onTime={(text) => put({ b: text })}
      />
      <button type="button" className={parts.button} disabled={b === null} onClick={() => put({ b: '' })}>
        B is now
      </button>
      <button
        type="button"
        className={parts.button}
        onClick={() => put({ a: route.params.b ?? textOfTime(freshness.now), b: route.params.a ?? '' })}
      >
        Swap <Kbd>X</Kbd>
      </button>
    </CompareBody>
  );
}

/** A time to the second, in UTC; quick ones beside it. */
function Time(props: {
  label: 'A' | 'B';
  time: number | null;
  now: number;
  said: string;
  onTime: (text: string) => void;
}) {
  const { label, time, now, onTime } = props;
  const [wrong, setWrong] = useState(false);
  const take = (text: string) => {
    const read = timeOfText(text.trim() === '' ? null : `${text.trim().replace(' ', 'T')}Z`);
    setWrong(read === null && text.trim() !== '');
    if (read !== null) onTime(textOfTime(read));
    else if (text.trim() === '' && label === 'B') onTime('');
  };
  const ago = (ms: number) => onTime(textOfTime(Math.floor((now - ms) / 60_000) * 60_000));
  return (
    <fieldset className={styles.time}>
      <legend className="hidden">Time {label}</legend>
      <b>{label}</b>
      <label>
        <span className="hidden">Time {label} in UTC</span>
        <input
          // Begins anew with another time; what is being typed is left alone.
          key={time}
          type="text"
          size={19}
          placeholder={label === 'B' ? 'now' : ''}
          title="2026-11-23 14:12:00, in UTC"
          defaultValue={time === null ? '' : written(time)}
          aria-invalid={wrong}
          onBlur={(event) => take(event.target.value)}
          onKeyDown={(event) => event.key === 'Enter' && take(event.currentTarget.value)}
        />
      </label>
      <span className={parts.caption}>UTC</span>
      {label === 'A' ? (
        <>
          <button type="button" className={styles.quick} onClick={() => ago(HOUR)}>
            1 h ago
          </button>
          <button type="button" className={styles.quick} onClick={() => ago(24 * HOUR)}>
            24 h ago
          </button>
        </>
      ) : null}
      <span className={`${parts.caption} ${styles.said}`} title={props.said}>
        {[...(time === null ? [] : [agoWords(now - time)]), props.said].filter((part) => part !== '').join(' · ')}
      </span>
    </fieldset>
  );
}

/** "2026-11-23 14:12:00", in UTC. */
const written = (time: number) => new Date(time).toISOString().slice(0, 19).replace('T', ' ');

const agoWords = (ms: number) => (ms < 0 ? 'still to come' : `${formatAge(ms)} ago`);
