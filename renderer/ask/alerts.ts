import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import type { AlertSeverity, HistoryPage, Rule } from '../../shared/alerting/alert.ts';
import type { CallArg, CallName } from '../../shared/contract.ts';
import { useConsole } from '../live/console.tsx';
import { useScope, useTravel } from '../live/travel.tsx';
import { useAsk } from './ask.ts';

/**
 * Alerts of now; `version` is the frame's, which grows when there is another answer. The last list is kept: it is shown,
 * with its age, until the next is there.
 */
export const useAlerts = (version: number, enabled = true) =>
  useAsk('alerts', {}, { tick: version, enabled, keptMs: Number.POSITIVE_INFINITY, whole: true });
export const useSilences = (version: number) => useAsk('silences', {}, { tick: version });
export const useRules = (version: number) => useAsk('rules', {}, { tick: version });

export const useJournalSize = (version: number) => useAsk('journalSize', {}, { tick: version });

/** Rows of the journal, the newest first; asked again when alerts changed. */
export function useAlertHistory(filter: CallArg<'alertHistory'>, version: number, enabled = true) {
  const { at, call } = useScope();
  return useQuery({
    queryKey: ['alertHistory', filter, at ?? version],
    queryFn: () => call('alertHistory', filter),
    // Rows of another time are not shown under the one that is looked at.
    ...(at === undefined ? { placeholderData: (before?: HistoryPage) => before } : {}),
    enabled,
    gcTime: 30_000,
  });
}

/**
 * When alerts began to fire on a time axis, of those that the journal has: the newest 500. Asked of the link of now, so
 * that one can go on to what came later than the time that is shown.
 */
export function useOnsets(from: number, to: number, version: number): readonly Onset[] {
  const { now } = useTravel();
  const { link, replay } = useConsole();
  const asked = replay === null ? now : link;
  const minute = 60_000;
  const range = { from: Math.floor(from / minute) * minute, to: Math.ceil(to / minute) * minute };
  const query = useQuery({
    queryKey: ['onsets', range, version],
    queryFn: () => asked.call('alertHistory', { ...range, kinds: ['firing'], most: 500 }),
    placeholderData: (before) => before,
    gcTime: 30_000,
  });
  const { data } = query;
  return useMemo(
    () =>
      (data?.rows ?? []).flatMap(({ time, severity, text }) =>
        severity === '' ? [] : [{ time, severity, title: text }],
      ),
    [data],
  );
}

/** An alert that began to fire. */
export interface Onset {
  readonly time: number;
  readonly severity: AlertSeverity;
  readonly title: string;
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
