import type { CallArg } from '../../shared/contract.ts';
import { useAsk } from './ask.ts';

/** Calls of the power view: asked again with every poll while someone looks. */
export const usePower = (arg: CallArg<'power'>, tick: number) =>
  useAsk('power', arg, { tick, enabled: arg.place >= 0 });
export const useEnergy = (tick: number) => useAsk('energy', {}, { tick });
export const useWork = (under: number, tick: number) => useAsk('work', { under }, { tick });
