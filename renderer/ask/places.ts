import { useQueryClient } from '@tanstack/react-query';
import type { CallArg, CallName } from '../../shared/contract.ts';
import type { LabelMapping } from '../../shared/settings.ts';
import { useAsk, useTell } from './ask.ts';

/** What is asked of places, and their changes. */

export const usePlacesReport = () => useAsk('placesReport', {}, { every: 10_000 });
export const useBudgetLines = () => useAsk('budgetLines', {});
export const usePlaceChanges = (most: number) => useAsk('placeChanges', { most }, { every: 5000 });
export const useMappingPreview = (mappings: readonly LabelMapping[], tick: number) =>
  useAsk('previewMappings', { mappings: [...mappings] }, { tick });

const ASKED: readonly CallName[] = ['placesReport', 'budgetLines', 'placeChanges', 'previewMappings'];

/** Like `useTell`; what the change shows in is asked anew. */
export function usePlaceCall<Name extends 'saveMappings' | 'saveBudgets' | 'saveImport'>(
  name: Name,
): ReturnType<typeof useTell<Name>> & { readonly save: (arg: CallArg<Name>) => Promise<void> } {
  const tell = useTell(name);
  const client = useQueryClient();
  return {
    ...tell,
    save: async (arg: CallArg<Name>) => {
      await tell.mutateAsync(arg);
      await Promise.all(ASKED.map((queryKey) => client.invalidateQueries({ queryKey: [queryKey] })));
    },
  };
}

export const useReadBudgets = () => useTell('readBudgets');
export const usePutImport = () => useTell('putImport');
export const usePreviewImport = () => useTell('previewImport');
export const useTopologyText = () => useTell('topologyText');
