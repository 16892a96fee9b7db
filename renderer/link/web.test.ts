import { describe, expect, it } from 'vitest';
import { CallFault } from './link.ts';
import { keepKey, keyOf, placeOf, WebLink } from './web.ts';

class FakeSocket {
  binaryType = '';
  readonly sent: string[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  send(text: string) {
    this.sent.push(text);
  }
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

function setUp(options: { key?: string; statuses?: number[]; knock?: number } = {}) {
  const sockets: FakeSocket[] = [];
  const waits: { run: () => void; ms: number }[] = [];
  const keys: string[] = [];
  const statuses = options.statuses ?? [];
  const link = new WebLink(
    {
      session: async (key) => {
        keys.push(key);
        return statuses.shift() ?? 204;
      },
      knock: async () => options.knock ?? 401,
      socket: () => {
        sockets.push(new FakeSocket());
        return sockets[sockets.length - 1] as unknown as WebSocket;
      },
      later: (run, ms) => waits.push({ run, ms }),
    },
    options.key ?? null,
  );
  return { link, sockets, waits, keys };
}

describe('WebLink', () => {
  it('exchanges the key before it opens the socket, again at every new try', async () => {
    const { link, sockets, waits, keys } = setUp({ key: 'k' });
    await settled();
    expect(keys).toEqual(['k']);
    sockets[0].onopen?.();
    expect(link.state().kind).toBe('open');
    sockets[0].onclose?.();
    await settled();
    expect(link.state()).toEqual({ kind: 'lost', reason: 'The connection was closed' });
    waits[0].run();
    await settled();
    expect(keys).toEqual(['k', 'k']);
    expect(sockets).toHaveLength(2);
  });

  it('tries for ever, 0.25 s growing to 5 s, and starts over after a success', async () => {
    const { sockets, waits } = setUp({ knock: 0 });
    for (let attempt = 0; attempt < 8; attempt += 1) {
      sockets[attempt].onclose?.();
      await settled();
      waits[attempt].run();
      await settled();
    }
    expect(waits.map((wait) => wait.ms)).toEqual([250, 500, 1000, 2000, 4000, 5000, 5000, 5000]);
    sockets[8].onopen?.();
    sockets[8].onclose?.();
    await settled();
    expect(waits[8].ms).toBe(250);
  });

  it('tells a refusal from silence', async () => {
    const refused = setUp({ knock: 401 });
    refused.sockets[0].onclose?.();
    await settled();
    expect(refused.link.state()).toMatchObject({
      kind: 'refused',
      reason: expect.stringMatching(/^This page has no key\. Open the address/),
    });
    const others = [503, 426].map((knock) => setUp({ key: 'k', knock }));
    await settled();
    for (const { sockets } of others) sockets[0].onclose?.();
    await settled();
    expect(others.map(({ link }) => link.state())).toEqual([
      { kind: 'refused', reason: 'Too many pages of Fleetwatt are open. Close one that nobody looks at.' },
      { kind: 'refused', reason: expect.stringContaining('No WebSocket to Fleetwatt opens.') },
    ]);
    // The key was right: it is no guess, and a seat may become free soon.
    expect(others.map(({ waits }) => waits[0].ms)).toEqual([250, 250]);
    const wrong = setUp({ key: 'x', statuses: [401] });
    await settled();
    expect(wrong.link.state()).toMatchObject({
      kind: 'refused',
      reason: expect.stringMatching(/^This key is not valid\. Open/),
    });
    expect(wrong.sockets).toHaveLength(0);
    const silent = setUp({ key: 'x', statuses: [0] });
    await settled();
    expect(silent.link.state()).toEqual({ kind: 'lost', reason: 'Fleetwatt does not answer' });
  });

  it('says that its key was revoked, also once it has offered it too often, and is let in again with it', async () => {
    const { link, sockets, waits } = setUp({ key: 'k', statuses: [204, 401, 429, 204] });
    await settled();
    sockets[0].onopen?.();
    sockets[0].onclose?.();
    await settled();
    for (const index of [0, 1]) {
      waits[index].run();
      await settled();
      expect(link.state()).toMatchObject({ kind: 'refused', reason: expect.stringContaining('was revoked') });
      // At most four a minute, where ten are too many.
      expect(waits[index + 1].ms).toBe(15_000);
    }
    waits[2].run();
    await settled();
    sockets[1].onopen?.();
    expect(link.state()).toEqual({ kind: 'open' });
  });

  it('answers calls by id, and those that were open when the socket closed with a fault', async () => {
    const { link, sockets } = setUp();
    await settled();
    sockets[0].onopen?.();
    const first = link.call('hello', {});
    const second = link.call('layout', {});
    const third = link.call('workstation', {});
    expect(sockets[0].sent.map((text) => JSON.parse(text))).toEqual([
      { id: 1, call: 'hello', arg: {} },
      { id: 2, call: 'layout', arg: {} },
      { id: 3, call: 'workstation', arg: {} },
    ]);
    const fault = { code: 'c', message: 'm', hint: 'h' };
    sockets[0].onmessage?.({ data: JSON.stringify({ id: 2, ok: false, fault }) });
    sockets[0].onmessage?.({ data: JSON.stringify({ id: 1, ok: true, value: { version: '1' } }) });
    await expect(first).resolves.toEqual({ version: '1' });
    await expect(second).rejects.toEqual(new CallFault(fault));
    sockets[0].onclose?.();
    await expect(third).rejects.toMatchObject({ fault: { code: 'link-lost' } });
    await expect(link.call('hello', {})).rejects.toMatchObject({ fault: { code: 'link-lost' } });
  });

  it('tells events, frames as bytes', async () => {
    const { link, sockets } = setUp();
    await settled();
    const heard: unknown[] = [];
    link.on('frame', (bytes) => heard.push(bytes));
    const off = link.on('engine', (event) => heard.push(event.state));
    sockets[0].onmessage?.({ data: new Uint8Array([1, 2]).buffer });
    sockets[0].onmessage?.({ data: JSON.stringify({ event: 'engine', value: { state: 'down' } }) });
    off();
    sockets[0].onmessage?.({ data: JSON.stringify({ event: 'engine', value: { state: 'up' } }) });
    expect(heard).toEqual([new Uint8Array([1, 2]), 'down']);
  });
});

describe('keyOf', () => {
  it('reads the key of a fragment', () => {
    expect(keyOf('#key=a-b_c')).toBe('a-b_c');
    expect(keyOf('#/sources')).toBeNull();
    expect(keyOf('#key=')).toBeNull();
    expect(keyOf('')).toBeNull();
  });
});

describe('placeOf', () => {
  it('reads where an address with a key leads, within the console only', () => {
    expect(placeOf('#key=a&go=%2Fsnapshots%2Fopened%3Freplay%3D1')).toBe('/snapshots/opened?replay=1');
    expect(placeOf('#key=a')).toBe('/');
    expect(placeOf('#key=a&go=https%3A%2F%2Felsewhere')).toBe('/');
  });
});

it('a wall keeps a key that may only look, for when it is loaded again; no other key outlives its page', () => {
  const kept = new Map<string, string>();
  const storage = {
    setItem: (name: string, key: string) => void kept.set(name, key),
    removeItem: kept.delete.bind(kept),
  };
  const afterwards = (place: string, role: string) => {
    keepKey(storage, 'k', place, role);
    return [...kept.values()];
  };
  expect(afterwards('/wall?views=thermal:999', 'read')).toEqual(['k']);
  expect(afterwards('/wall', 'operate')).toEqual([]);
  expect(afterwards('/wall', 'read')).toEqual(['k']);
  expect(afterwards('/', 'read')).toEqual([]);
});
