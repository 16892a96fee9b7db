import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { CallArg } from '../../shared/contract.ts';
import { useConsole } from '../live/console.tsx';
import { useTravel } from '../live/travel.tsx';
import { useAsk } from './ask.ts';

/** What Prometheus sources and Alertmanagers tell: they are read every few seconds, apart from frames. */
const EVERY = { every: 5000 };
export function useOthersAlerts() {
  const { past } = useTravel();
  return useAsk('othersAlerts', {}, { ...EVERY, enabled: past === null });
}
export const useOthersRules = () => useAsk('othersRules', {}, EVERY);
export const useOthersSilences = () => useAsk('othersSilences', {}, EVERY);

const ASKED = ['othersAlerts', 'othersSilences', 'interop'];

/** Makes, ends or restores a silence at Alertmanagers; what they have is asked again. */
export function useOthersCall<Name extends 'silenceOthers' | 'expireOthersSilence' | 'restoreSilence'>(name: Name) {
  const { link } = useConsole();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (arg: CallArg<Name>) => link.call(name, arg),
    onSuccess: () => {
      for (const key of ASKED) void client.invalidateQueries({ queryKey: [key] });
    },
  });
}
