import { describe, expect, it } from 'vitest';
import { type GpusAtWork, type ServerReading, tokenYields } from './tokens.ts';

const server = (model: string, pod: string, tokensPerS: number): ServerReading => {
  return { model, site: 'S', namespace: 'inference', pod, tokensPerS, time: 1000 };
};
const gpus = (count: number, pod: string, rack: number, powerW: number): GpusAtWork[] => {
  const silent = Number.isNaN(powerW);
  const own = { sharedGpus: 0, gpus: count, silentGpus: silent ? count : 0, powerW: silent ? 0 : count * powerW };
  return [{ site: 'S', namespace: 'inference', pod, rack, ...own }];
};
const table = (...args: Parameters<typeof tokenYields>) =>
  tokenYields(...args).map((one) => [one.model, one.rack, one.tokensPerS, one.powerW, one.tokensPerJoule, one.servers]);

describe('tokenYields', () => {
  it('tokens a second over the watts of the pods, by model and by rack', () => {
    const servers = [server('llama', 'a', 2000), server('llama', 'b', 1000), server('qwen', 'c', 600)];
    const boards = [...gpus(8, 'a', 10, 500), ...gpus(8, 'b', 11, 250), ...gpus(4, 'c', 11, 300)];
    // 2000 ÷ (8 × 500), 1000 ÷ (8 × 250), 600 ÷ (4 × 300).
    expect(table(servers, boards)).toEqual([
      ['llama', -1, 3000, 6000, 0.5, 2],
      ['llama', 10, 2000, 4000, 0.5, 1],
      ['llama', 11, 1000, 2000, 0.5, 1],
      ['qwen', -1, 600, 1200, 0.5, 1],
      ['qwen', 11, 600, 1200, 0.5, 1],
    ]);
    expect(tokenYields(servers, boards)[0].joulesPerToken).toBe(2);
  });

  it('a server over two racks gives each its tokens by watts', () => {
    const boards = [...gpus(4, 'a', 10, 600), ...gpus(4, 'a', 11, 200)];
    expect(table([server('m', 'a', 800)], boards)).toEqual([
      ['m', -1, 800, 3200, 0.25, 1],
      ['m', 10, 600, 2400, 0.25, 1],
      ['m', 11, 200, 800, 0.25, 1],
    ]);
  });

  it('engines of one pod add their tokens and share its energy', () => {
    expect(table([server('m', 'a', 300), server('m', 'a', 200)], gpus(2, 'a', 3, 500))[0]).toEqual([
      ...['m', -1, 500, 1000, 0.5, 2],
    ]);
  });

  it('pods of one name at two sites are two; boards that a mapping puts to another site are still those of the pod', () => {
    const at = <One extends { site: string }>(site: string, one: One): One => ({ ...one, site });
    const boards = [at('T', gpus(1, 'a', 10, 500)[0]), ...gpus(1, 'a', 11, 250)];
    const servers = [at('T', server('m', 'a', 1000)), server('m', 'a', 500)];
    expect(table(servers, boards).map((row) => row[4])).toEqual([2, 2, 2]);
    expect(table(servers.slice(0, 1), boards.slice(1)).map((row) => row[4])).toEqual([4, 4]);
    // The boards of T are not read: nobody knows what its server draws.
    expect(table(servers, boards.slice(1)).map((row) => row[4])).toEqual([2, 2]);
  });

  it('a silent board makes the yield unknown, never better', () => {
    const boards = [...gpus(7, 'a', 10, 500), ...gpus(1, 'a', 10, Number.NaN)];
    const [all] = tokenYields([server('m', 'a', 1000)], boards);
    // Nor is that of another rack of the server: who knows what its part of the tokens is.
    const apart = [...gpus(7, 'a', 10, 500), ...gpus(1, 'a', 11, Number.NaN)];
    expect(table([server('m', 'a', 1000)], apart).map((row) => row[4])).toEqual([Number.NaN, Number.NaN, Number.NaN]);
    expect([all.tokensPerJoule, all.joulesPerToken, all.silentGpus, all.gpus]).toEqual([Number.NaN, Number.NaN, 1, 8]);
  });

  it('counts no server without boards, no board without a pod, and no joule for a token that was not made', () => {
    expect(tokenYields([server('m', 'x', 1000)], gpus(1, '', 1, 500))).toEqual([]);
    expect(tokenYields([server('m', 'a', Number.NaN)], gpus(1, 'a', 1, 500))).toEqual([]);
    expect(tokenYields([server('m', 'a', 0)], gpus(1, 'a', 1, 500))[0]).toMatchObject({
      tokensPerJoule: 0,
      joulesPerToken: Number.NaN,
    });
  });
});
