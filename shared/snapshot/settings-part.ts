import type { Settings, SourceSettings } from '../settings.ts';
import type { Origin } from './manifest.ts';

/** An address as it may leave: no user, no query, no fragment. */
export const plainUrl = (url: string) => url.replace(/^([a-z]+:\/\/)[^/@]*@/i, '$1').replace(/[?#].*$/s, '');

/**
 * The settings as they stand in a snapshot: what explains its numbers. Credentials, references to them, headers, proxies
 * and files of this machine are not among it.
 */
export function settingsPart(settings: Settings): unknown {
  const { schema, pollMs, staleMs, warnRatio, critRatio, historyBytes, mappings, sources } = settings;
  return {
    ...{ schema, pollMs, staleMs, warnRatio, critRatio, historyBytes },
    mappings: mappings.map(({ label, pattern }) => ({ label, pattern })),
    sources: sources.map(sourcePart),
  };
}

function sourcePart(source: SourceSettings) {
  const { id, name, site, kind, auth, insecure, timeoutMs, waitTickBytes = null } = source;
  const common = { id, name, site, kind, auth: auth.kind, insecure, timeoutMs, waitTickBytes };
  if (source.kind === 'prometheus') return { ...common, url: plainUrl(source.url), rateWindow: source.rateWindow };
  return { ...common, targets: source.targets.length, files: source.files.length };
}

/** Where a source's numbers come from. */
export function originOf(source: SourceSettings, queries: readonly string[], stepMs: number): Origin {
  const { id, name, kind } = source;
  const url = source.kind === 'prometheus' ? plainUrl(source.url) : plainUrl(source.targets[0]?.url ?? '');
  return { source: id, name, kind, url, queries, stepMs };
}
