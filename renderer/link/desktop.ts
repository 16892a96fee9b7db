import type { CallArg, CallName, CallResult, EventName, Events, Fault } from '../../shared/contract.ts';
import { CallFault, type Link, type LinkState } from './link.ts';

/** What the preload exposes. Errors cross as values, since an error thrown in main loses its class on the way. */
export interface DesktopBridge {
  call(
    name: string,
    arg: unknown,
  ): Promise<{ readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly fault: Fault }>;
  on(name: string, listener: (value: unknown) => void): () => void;
}

declare global {
  interface Window {
    readonly fleetwatt?: DesktopBridge;
  }
}

/** The link of the desktop host: always open; a dead engine is told by the `engine` event, not by the link. */
export function desktopLink(bridge: DesktopBridge): Link {
  const open: LinkState = { kind: 'open' };
  return {
    async call<Name extends CallName>(name: Name, arg: CallArg<Name>): Promise<CallResult<Name>> {
      const reply = await bridge.call(name, arg);
      if (reply.ok) return reply.value as CallResult<Name>;
      throw new CallFault(reply.fault);
    },
    on: <Name extends EventName>(name: Name, listener: (value: Events[Name]) => void) =>
      bridge.on(name, listener as (value: unknown) => void),
    state: () => open,
    onState: () => () => {},
  };
}
