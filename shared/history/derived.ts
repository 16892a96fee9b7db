import { waitShare } from '../fabric.ts';
import type { SignalId } from '../signals/catalogue.ts';
import type { Topology } from '../topology.ts';
import { foldOf, type HistorySignal, type TimeFold } from './signals.ts';

/** Reads one signal of one object into steps. */
export type ReadSteps = (id: SignalId, fold: TimeFold) => Float64Array;

/** The signals that a port's use and waiting are told from; of any other signal, itself. */
export function partsOf(signal: Exclude<HistorySignal, 'draw'>): readonly SignalId[] {
  if (signal === 'link.use') return ['link.rx', 'link.tx', 'link.rate'];
  return signal === 'link.waited' ? ['link.wait', 'link.rate'] : [signal];
}

/** The steps of one object: its own signal's, or what is told from its parts at their highest. */
export function stepsOf(
  signal: Exclude<HistorySignal, 'draw'>,
  object: number,
  { linkTickBytes }: Topology,
  read: ReadSteps,
): Float64Array {
  if (signal === 'link.use') {
    const [rx, tx, rate] = [read('link.rx', 'peak'), read('link.tx', 'peak'), read('link.rate', 'last')];
    return rx.map((one, i) => (Number.isNaN(one) ? tx[i] : Number.isNaN(tx[i]) ? one : Math.max(one, tx[i])) / rate[i]);
  }
  if (signal === 'link.waited') {
    const rate = read('link.rate', 'last');
    return read('link.wait', 'peak').map((ticks, i) => waitShare(ticks, linkTickBytes[object], rate[i]));
  }
  return read(signal, foldOf(signal));
}
