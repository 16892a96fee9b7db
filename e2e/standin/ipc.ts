import type { IpcMain } from 'electron';
import { pack, unpack } from './clone.ts';

type Handler = (event: object, ...args: unknown[]) => unknown;

const handlers = new Map<string, Handler>();

export const ipcMain = {
  handle(channel: string, handler: Handler) {
    if (handlers.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`);
    handlers.set(channel, handler);
  },
  removeHandler(channel: string) {
    handlers.delete(channel);
  },
} satisfies Pick<IpcMain, 'removeHandler'> & { handle(channel: string, handler: Handler): void };

/** Answers one message of a page's preload: calls the handler and gives the text of the reply, if one is due. */
export async function receive(text: string, event: object): Promise<string | undefined> {
  const { kind, channel, id, args } = JSON.parse(text) as { kind: string; channel: string; id: number; args: string };
  if (kind !== 'invoke') return undefined;
  const reply = (ok: boolean, value: unknown) => pack({ kind: 'reply', id, ok, value });
  const handler = handlers.get(channel);
  try {
    if (!handler) throw new Error(`No handler registered for '${channel}'`);
    return reply(true, await handler(event, ...(unpack(args) as unknown[])));
  } catch (error) {
    // As in Electron, an error loses its class on the way and gains this prefix.
    return reply(false, `Error invoking remote method '${channel}': ${error}`);
  }
}
