import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { Rule } from '../../shared/alerting/alert.ts';
import type { CallArg, CallName } from '../../shared/contract.ts';
import { useConsole } from '../live/console.tsx';
import { useAsk } from './ask.ts';

/** Alerts of now; `version` is the frame's, which grows when there is another answer. */
export const useAlerts = (version: number, enabled = true) => useAsk('alerts', {}, { tick: version, enabled });
export const useSilences = (version: number) => useAsk('silences', {}, { tick: version });
export const useRules = (version: number) => useAsk('rules', {}, { tick: version });

export const useJournalSize = (version: number) => useAsk('journalSize', {}, { tick: version });

/** Rows of the journal, the newest first; asked again when alerts changed. */
export function useAlertHistory(filter: CallArg<'alertHistory'>, version: number, enabled = true) {
  const { link } = useConsole();
  return useQuery({
    queryKey: ['alertHistory', filter, version],
    queryFn: () => link.call('alertHistory', filter),
    placeholderData: (before) => before,
    enabled,
    gcTime: 30_000,
  });
}

export const useAlertNotes = (alert: string, version: number) =>
  useAsk('alertNotes', { alert }, { enabled: alert !== '', tick: version });

/** What a rule would find now; asked when it stands still for a moment. */
export function usePreview(rule: Rule | null) {
  const { link } = useConsole();
  return useQuery({
    queryKey: ['previewRule', rule],
    queryFn: () => link.call('previewRule', { rule: copyOf(rule as Rule) }),
    enabled: rule !== null,
    placeholderData: (before) => before,
    refetchInterval: 5000,
    gcTime: 5000,
  });
}

/** A rule as an argument: lists that may be changed. */
export const copyOf = (rule: Rule): CallArg<'previewRule'>['rule'] => structuredClone(rule) as never;

/** Something done to alerts; every view of them is asked again. */
export function useAlertCall<Name extends AlertCall>(name: Name) {
  const { link } = useConsole();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (arg: CallArg<Name>) => link.call(name, arg),
    onSuccess: () => {
      for (const key of ASKED) void client.invalidateQueries({ queryKey: [key] });
    },
  });
}

type AlertCall = Extract<
  CallName,
  'ackAlert' | 'unackAlert' | 'addNote' | 'silence' | 'expireSilence' | 'saveRule' | 'resetRule'
>;
const ASKED = ['alerts', 'silences', 'rules', 'alertHistory', 'alertNotes'];

/** Runs once when a mutation has gone well: dialogs close then. */
export function useWhenDone(done: boolean, run: () => void): void {
  useEffect(() => {
    if (done) run();
  }, [done, run]);
}
