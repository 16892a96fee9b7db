import type { CallArg } from '../../shared/contract.ts';
import { useAsk } from './ask.ts';

/** Calls of the interconnect view: asked again with every poll while someone looks. */
export const useFabric = (arg: CallArg<'fabric'>, tick: number) => useAsk('fabric', arg, { tick });
export const useFabricOverview = (tick: number) => useAsk('fabricOverview', {}, { tick });
export const useFabricLeaf = (arg: CallArg<'fabricLeaf'>, tick: number) =>
  useAsk('fabricLeaf', arg, { tick, enabled: arg.key !== '' });
export const useWatchedLinks = (arg: CallArg<'links'>, tick: number, enabled: boolean) =>
  useAsk('links', arg, { tick, enabled });
