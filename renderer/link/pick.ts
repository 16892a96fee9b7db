import { desktopLink } from './desktop.ts';
import type { Link } from './link.ts';
import { openWebLink } from './web.ts';

/** The one link of this window: the desktop's bridge where the preload put one, else the host's WebSocket. */
export function pickLink(): Link {
  return window.fleetwatt === undefined ? openWebLink() : desktopLink(window.fleetwatt);
}
