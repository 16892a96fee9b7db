import { expect, it, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { Cdp } from './cdp.ts';

it('a command that is sent in the midst of a write leaves after it', async () => {
  // Answers every command by its own method.
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  const heard: string[] = [];
  server.on('connection', (socket) =>
    socket.on('message', (data) => {
      const { id, method } = JSON.parse(String(data)) as { id: number; method: string };
      heard.push(method);
      socket.send(JSON.stringify({ id, result: method }));
    }),
  );
  await new Promise((resolve) => server.once('listening', resolve));
  const cdp = await Cdp.connect(`ws://127.0.0.1:${(server.address() as { port: number }).port}`);

  const write = WebSocket.prototype.send;
  let depth = 0;
  let deepest = 0;
  let inner: Promise<string> | undefined;
  const spy = vi.spyOn(WebSocket.prototype, 'send').mockImplementation(function (this: WebSocket, ...args: unknown[]) {
    deepest = Math.max(deepest, ++depth);
    // As an interrupt of the inspector would.
    if (String(args[0]).includes('"method":"outer"')) inner = cdp.send('inner');
    write.apply(this, args as Parameters<typeof write>);
    depth--;
  });
  try {
    expect(await cdp.send<string>('outer')).toBe('outer');
    expect(await inner).toBe('inner');
    expect(heard).toEqual(['outer', 'inner']);
    expect(deepest).toBe(1);
  } finally {
    spy.mockRestore();
    cdp.close();
    for (const client of server.clients) client.terminate();
    await new Promise((resolve) => server.close(resolve));
  }
});
