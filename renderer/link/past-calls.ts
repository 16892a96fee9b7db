import type { CallAt } from '../../shared/contract/history.ts';
import type { PlaceChange } from '../../shared/contract/places.ts';
import type { CallArg, CallName, CallResult, HelloReply, LayoutDocument } from '../../shared/contract.ts';
import { historyUntil } from '../../shared/fabric/memory.ts';
import { formatTime } from '../../shared/format.ts';
import { CallFault, type Link } from './link.ts';
import { placeIn } from './past-places.ts';

/** As of when something is asked: an instant with its places, and the places of now, by which history is asked. */
export interface PastMoment {
  /** Epoch ms. */
  readonly time: number;
  readonly layout: LayoutDocument | null;
  readonly layoutNow: LayoutDocument | null;
}

/** Calls that the engine answers as of an instant. */
const AT: readonly CallName[] = [
  ...(['inspect', 'gpu', 'links', 'power', 'energy', 'work', 'fabric', 'fabricOverview', 'alerts', 'rules'] as const),
] satisfies CallAt[];
/** Calls whose answer is the same at all times. */
const ALWAYS: readonly CallName[] = ['steps', 'frameAt', 'askAt'];
/** Changes of places that are asked for at once. */
const PAGE = 500;
/** A place that no layout has. */
const NO_PLACE = 10_000_000;

/**
 * Answers a call as of a moment of the past. What changes something, and what only the running engine knows, is refused:
 * an answer of now must not stand beside numbers of then.
 */
export function askPast<Name extends CallName>(
  live: Link,
  moment: PastMoment,
  name: Name,
  arg: CallArg<Name>,
): Promise<CallResult<Name>> {
  const { time } = moment;
  if (AT.includes(name)) return live.call('askAt', { time, name: name as CallAt, arg }) as Promise<CallResult<Name>>;
  if (ALWAYS.includes(name)) return live.call(name, arg);
  const answer = answers[name] as
    | ((live: Link, moment: PastMoment, arg: CallArg<Name>) => Promise<CallResult<Name>>)
    | undefined;
  return answer ? answer(live, moment, arg) : Promise.reject(notThen(time));
}

type Answers = {
  readonly [Name in CallName]?: (live: Link, moment: PastMoment, arg: CallArg<Name>) => Promise<CallResult<Name>>;
};

const answers: Answers = {
  // Nothing is done at a time that is over: who looks at it may only look.
  hello: async (live) => ({ ...(await live.call('hello', {})), role: 'read' }) as HelloReply,
  history: (live, moment, { series, ...range }) =>
    live.call('history', {
      ...range,
      series: series.map(({ place, ...one }) => ({ ...one, place: place < 0 ? place : nowOf(moment, place) })),
    }),
  rackHistory: async (live, moment, arg) => {
    const reply = await live.call('rackHistory', { ...arg, rack: nowOf(moment, arg.rack) });
    const { layout, layoutNow } = moment;
    const gpus = layout && layoutNow ? reply.gpus.map((place) => placeIn(layoutNow, place, layout)) : [];
    return { ...reply, gpus };
  },
  fabricLeaf: async (live, { time }, arg) => historyUntil(await live.call('fabricLeaf', arg), time),
  placeChanges: async (live, { time }, { before, most = PAGE }) => {
    const then: PlaceChange[] = [];
    for (let at = before; then.length < most; ) {
      const page = await live.call('placeChanges', { most: PAGE, ...(at === undefined ? {} : { before: at }) });
      then.push(...page.filter((change) => change.time <= time));
      at = page.at(-1)?.seq;
      if (page.length < PAGE || at === undefined) break;
    }
    return then.slice(0, most);
  },
  alertHistory: (live, { time }, arg) => live.call('alertHistory', until(arg, time)),
  alertExport: (live, { time }, arg) => live.call('alertExport', { ...arg, filter: until(arg.filter, time) }),
  alertNotes: async (live, { time }, arg) => (await live.call('alertNotes', arg)).filter((note) => note.time <= time),
  silences: async (live, { time }) =>
    (await live.call('silences', {})).flatMap((one) => {
      if (one.createdAt > time) return [];
      const state = time < one.startsAt ? 'pending' : time < one.endsAt ? 'active' : 'expired';
      // Which alerts it muted then is told by the alerts of then.
      return [{ ...one, state, mutes: [], notMuted: [] } as const];
    }),
};

const nowOf = ({ layout, layoutNow }: PastMoment, place: number): number => {
  const found = layout ? placeIn(layout, place, layoutNow) : -1;
  return found < 0 ? NO_PLACE : found;
};

const until = <Filter extends { readonly to?: number | undefined }>(filter: Filter, time: number): Filter => ({
  ...filter,
  to: Math.min(filter.to ?? time, time),
});

function notThen(time: number): CallFault {
  const message = `This is known of now only, and ${formatTime(time)} is shown.`;
  return new CallFault({ code: 'past', message, hint: 'Go back to live with Shift Esc.' });
}
