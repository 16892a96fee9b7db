import { useCallback, useMemo, useRef } from 'react';
import { useHashLocation } from 'wouter/use-hash-location';
import { hashAt, timeOfHash } from '../live/time-address.ts';
import { PAGES, type ViewId } from './views.ts';

/**
 * Where the console is: `#/view/object?signal=temp&filter=…`. The object is a place's path, a GPU's UUID or whatever
 * the view knows its objects by; every part of it is percent-encoded, so that no name can be taken for another part.
 * The fragment holds all of it: the same address works on every host, and no server ever sees it.
 */
export interface Route {
  readonly view: ViewId;
  /** '' where nothing is chosen. */
  readonly object: string;
  readonly params: Readonly<Record<string, string>>;
}

/** Pages that say themselves which times they show. */
const OWN_TIMES: ReadonlySet<ViewId> = new Set(['wall', 'compare']);

/** Longer addresses are no link of ours. */
const MOST = 8192;

/** Reads the part of an address behind '#'; what is not understood is the overview. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.slice(0, MOST).replace(/^#/, '').split('?', 2);
  const [, name = '', ...rest] = path.split('/');
  const known = PAGES.find((one) => one.path === `/${name}`);
  const params: Record<string, string> = Object.create(null);
  for (const [key, value] of new URLSearchParams(query)) params[key] = value;
  const object = known !== undefined || name === 'overview' ? rest.map(decoded).join('/') : '';
  return { view: known?.id ?? 'overview', object, params };
}

/** The address of a place in the console, with its '#'. Parameters that are '' are left out. */
export function hrefOf({ view, object = '', params = {} }: Partial<Route> & { readonly view: ViewId }): string {
  const path = PAGES.find(({ id }) => id === view)?.path ?? '/';
  const parts = object === '' ? [] : object.split('/').map(encodeURIComponent);
  const query = new URLSearchParams(Object.entries(params).filter(([, value]) => value !== '')).toString();
  const whole = [path.replace(/\/$/, ''), ...parts].join('/') || '/';
  // The overview's own objects stand below a name too, or a place called "rack" would be the rack view.
  const named = view === 'overview' && parts.length > 0 ? `/overview${whole}` : whole;
  return `#${named}${query === '' ? '' : `?${query}`}`;
}

/** A name out of an address as it can be read: what has no picture of its own, as a NUL, stands as its number. */
export const readable = (name: string): string =>
  name.replace(/[\p{Cc}\p{Cf}]/gu, (one) => `\\u${one.codePointAt(0)?.toString(16).padStart(4, '0')}`);

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Where each view was left: its tab and its key lead back there. */
export function useLastRoutes(route: Route): (view: ViewId) => Route {
  const last = useRef<Partial<Record<ViewId, Route>>>({});
  // The time is that of the page, whichever view is shown.
  const { t: _, ...params } = route.params;
  last.current[route.view] = { ...route, params };
  return useCallback((view) => last.current[view] ?? { view, object: '', params: {} }, []);
}

/** The route of the address, and how to go elsewhere; `replace` leaves no step to go back to. */
export function useRoute(): { readonly route: Route; readonly go: Go } {
  const [hash] = useHashLocation();
  const route = useMemo(() => parseRoute(hash), [hash]);
  const go = useCallback((to: ToRoute, replace = false) => {
    const time = OWN_TIMES.has(to.view) ? null : timeOfHash(window.location.hash);
    const href = hashAt(hrefOf(to), time);
    if (href === window.location.hash) return;
    if (replace) {
      history.replaceState(null, '', href);
      // The browser tells only of what it did itself.
      window.dispatchEvent(new HashChangeEvent('hashchange'));
    } else window.location.hash = href;
  }, []);
  return { route, go };
}

type ToRoute = Parameters<typeof hrefOf>[0];
/** Goes there; with `replace` there is no step to go back to. */
export type Go = (to: ToRoute, replace?: boolean) => void;
