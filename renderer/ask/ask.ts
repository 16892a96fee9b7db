import { QueryClient, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { CallArg, CallName, CallResult, HelloReply } from '../../shared/contract.ts';
import type { AlertmanagerSettings, WebhookSettings } from '../../shared/interop/settings.ts';
import type { Settings } from '../../shared/settings.ts';
import { faultOf } from '../link/link.ts';
import { useConsole } from '../live/console.tsx';
import { useScope } from '../live/travel.tsx';
import { useRested } from '../parts/use-rested.ts';

/** The cache of what is asked. The browser's idea of "offline" says nothing about a link on this machine. */
export function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        networkMode: 'always',
        retry: false,
        refetchOnWindowFocus: false,
        staleTime: Number.POSITIVE_INFINITY,
      },
      mutations: { networkMode: 'always', retry: false },
    },
  });
}

/** Settings of what our alerts are exchanged with, by kind. */
interface ExchangeSettings {
  readonly alertmanager: AlertmanagerSettings;
  readonly webhook: WebhookSettings;
}

interface AskOptions {
  readonly enabled?: boolean;
  /** Ask again after this time, ms. */
  readonly every?: number;
  /** Grows when the answer may have changed (a frame's number): asks again and keeps the old answer meanwhile. */
  readonly tick?: number;
  /** How long an answer is remembered after the last view that showed it, ms: a minute where it is left out. */
  readonly keptMs?: number;
  /** Another answer takes the place of the old one as a whole: a long one is not searched for what stayed the same. */
  readonly whole?: boolean;
}

export function useAsk<Name extends CallName>(name: Name, arg: CallArg<Name>, options: AskOptions = {}) {
  const scope = useScope();
  const live = scope.at === undefined;
  const tick = live ? options.tick : undefined;
  const query = useQuery({
    queryKey: live ? [name, arg] : [name, arg, name === 'hello' ? ALWAYS : scope.at],
    queryFn: () => scope.call(name, arg),
    enabled: options.enabled ?? true,
    refetchInterval: live ? (options.every ?? false) : false,
    gcTime: live ? (options.keptMs ?? KEPT_MS) : KEPT_MS,
    structuralSharing: options.whole !== true,
  });
  const { refetch } = query;
  const enabled = options.enabled ?? true;
  useEffect(() => {
    if (tick !== undefined && enabled) void refetch();
  }, [tick, enabled, refetch]);
  // The page moves on to another time: what the one on the screen was still asked for is no failure, it is not told.
  const isOvertaken = query.error !== null && faultOf(query.error).code === 'superseded';
  return isOvertaken ? ({ ...query, error: null, isError: false } as unknown as typeof query) : query;
}

const KEPT_MS = 60_000;
/** Who looks at the past is the same at all of its times. */
const ALWAYS = { at: 0 };

export function useTell<Name extends CallName>(name: Name) {
  const { link } = useConsole();
  return useMutation({ mutationFn: (arg: CallArg<Name>): Promise<CallResult<Name>> => link.call(name, arg) });
}

type SettingsCall =
  | ('saveSource' | 'removeSource' | 'saveSettings' | 'openDemo' | 'closeDemo')
  | ('saveNotify' | 'saveJournal');

/** Like `useTell` for calls that answer with the settings: every view sees the new ones at once. */
function useSettingsCall<Name extends SettingsCall>(name: Name) {
  const { link } = useConsole();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (arg: CallArg<Name>): Promise<Settings> => link.call(name, arg),
    onSuccess: (settings) => putSettings(client, settings),
  });
}

/** Like `useTell` for calls that change what `interop` answers. */
function useInteropCall<Name extends 'restoreSilence' | 'forgetSilence' | 'saveConsole'>(name: Name) {
  const { link } = useConsole();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (arg: CallArg<Name>): Promise<CallResult<Name>> => link.call(name, arg),
    onSuccess: () => void client.invalidateQueries({ queryKey: ['interop'] }),
  });
}

type ExchangeKind = keyof ExchangeSettings;

/** Tests, saves or removes an Alertmanager or a webhook. */
export function useTestExchange<Kind extends ExchangeKind>(kind: Kind) {
  const { link } = useConsole();
  return useMutation({
    mutationFn: (settings: ExchangeSettings[Kind]) =>
      kind === 'alertmanager'
        ? link.call('testAlertmanager', { alertmanager: settings as ExchangeSettings['alertmanager'] })
        : link.call('testWebhook', { webhook: settings as ExchangeSettings['webhook'] }),
  });
}

export function useSaveExchange<Kind extends ExchangeKind>(kind: Kind) {
  const { link } = useConsole();
  return useExchange((settings: ExchangeSettings[Kind]) =>
    kind === 'alertmanager'
      ? link.call('saveAlertmanager', { alertmanager: settings as ExchangeSettings['alertmanager'] })
      : link.call('saveWebhook', { webhook: settings as ExchangeSettings['webhook'] }),
  );
}

export function useRemoveExchange(kind: ExchangeKind) {
  const { link } = useConsole();
  return useExchange((arg: { readonly id: string }) =>
    link.call(kind === 'alertmanager' ? 'removeAlertmanager' : 'removeWebhook', arg),
  );
}

/** Every view sees the new settings, and what is exchanged with is asked anew. */
function useExchange<Arg>(mutationFn: (arg: Arg) => Promise<Settings>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    onSuccess: (settings) => {
      putSettings(client, settings);
      void client.invalidateQueries({ queryKey: ['interop'] });
    },
  });
}

function putSettings(client: QueryClient, settings: Settings): void {
  // What was saved is whole, whatever lay there before.
  client.setQueryData<HelloReply>(['hello', {}], (hello) => hello && { ...hello, settings, trouble: null });
}

export const useHello = () => useAsk('hello', {});
export const useWorkstation = () => useAsk('workstation', {}, { every: 5000 });
export const useCoverage = (id: string, enabled: boolean) => useAsk('coverage', { id }, { enabled, every: 10_000 });
/** Facts of a place, asked for once the pointer rests on it: on its way it crosses a new one with every frame. */
export function useInspection(place: number, tick: number) {
  const rested = useRested(place, HOVER_MS);
  return useAsk('inspect', { place: rested }, { enabled: rested >= 0, tick });
}
const HOVER_MS = 60;
export const useGpu = (place: number, tick: number) => useAsk('gpu', { place }, { enabled: place >= 0, tick });
export const useLinks = (under: number, tick: number) =>
  useAsk('links', { under, kinds: [], most: 40 }, { enabled: under >= 0, tick });
/** Alertmanagers, webhooks and the alerting of Prometheus sources: how they do. */
export const useInterop = () => useAsk('interop', {}, { every: 5000 });
export const useRestoreSilence = () => useInteropCall('restoreSilence');
/** What pages lead to; every viewer hears of the settings by an event. */
export const useSaveConsole = () => useInteropCall('saveConsole');
export const useForgetSilence = () => useInteropCall('forgetSilence');
export const useSecrets = () => useAsk('secrets', {});
/** Write-only; the answer tells what the vault has now, and when it was set. */
export function useSetSecret() {
  const { link } = useConsole();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (arg: CallArg<'setSecret'>) => link.call('setSecret', arg),
    onSuccess: () => client.invalidateQueries({ queryKey: ['secrets'] }),
  });
}
/** The library; asked again whenever a capture moves on, and while files are being looked into. */
export function useSnapshots() {
  const { link } = useConsole();
  const client = useQueryClient();
  useEffect(
    () => link.on('snapshot', () => void client.invalidateQueries({ queryKey: ['snapshots'] })),
    [link, client],
  );
  return useAsk('snapshots', {});
}
export const useSnapshotSize = (arg: CallArg<'sizeSnapshot'>, enabled: boolean) =>
  useAsk('sizeSnapshot', arg, { enabled, every: 5000 });
export const useRedactionPreview = (arg: CallArg<'previewRedaction'>, enabled: boolean) =>
  useAsk('previewRedaction', arg, { enabled });
export const useTakeSnapshot = () => useTell('takeSnapshot');
export const useCancelSnapshot = () => useTell('cancelSnapshot');
export const useDescribeSnapshot = () => useTell('describeSnapshot');
export const useRemoveSnapshot = () => useTell('removeSnapshot');
export const useRestoreSnapshot = () => useTell('restoreSnapshot');
export const useTestSource = () => useTell('testSource');
export const useRetry = () => useTell('retry');
export const useSaveSource = () => useSettingsCall('saveSource');
export const useRemoveSource = () => useSettingsCall('removeSource');
export const useSaveSettings = () => useSettingsCall('saveSettings');
export const useSaveNotify = () => useSettingsCall('saveNotify');
export const useSaveJournal = () => useSettingsCall('saveJournal');
export const useOpenDemo = () => useSettingsCall('openDemo');
export const useCloseDemo = () => useSettingsCall('closeDemo');

/** The history of some series over the `range` before `now`; asked again with every poll, gaps stay null. */
export function useHistory(series: CallArg<'history'>['series'], range: number, now: number, enabled: boolean) {
  const { call, places } = useScope();
  return useQuery({
    queryKey: ['history', series, range, now, places],
    queryFn: () => call('history', { series, from: now - range, to: now, points: HISTORY_POINTS }),
    enabled: enabled && series.length > 0,
    // The drawn line stays while the next is on its way, unless other objects or another range were asked for.
    placeholderData: (before, query) =>
      query !== undefined &&
      query.queryKey[4] === places &&
      JSON.stringify(query.queryKey.slice(1, 3)) === JSON.stringify([series, range])
        ? before
        : undefined,
    gcTime: 10_000,
  });
}

const HISTORY_POINTS = 480;

/** Keeps what is asked in step with the engine: settings by event, everything else anew after a restart. */
export function useKeepInStep(): void {
  const { link, live } = useConsole();
  const client = useQueryClient();
  useEffect(() => {
    let starts = live.engine()?.starts;
    const offs = [
      link.on('settings', (settings) => putSettings(client, settings)),
      link.on('engine', (event) => {
        if (event.state === 'up' && event.starts !== starts) void client.invalidateQueries();
        if (event.state === 'up') starts = event.starts;
      }),
      link.onState(() => {
        if (link.state().kind === 'open') void client.invalidateQueries();
      }),
    ];
    return () => {
      for (const off of offs) off();
    };
  }, [link, live, client]);
}
