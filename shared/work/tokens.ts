/** An inference server at one instant. Rates per second; NaN is "not read". */
export interface ServerReading {
  readonly model: string;
  readonly site: string;
  readonly namespace: string;
  readonly pod: string;
  readonly tokensPerS: number;
  /** Sample time, epoch ms. */
  readonly time: number;
}

/** GPUs of a pod in one rack. `namespace` and `pod` are '' where nobody says. */
export interface GpusAtWork {
  readonly site: string;
  readonly namespace: string;
  readonly pod: string;
  /** Place index of the rack. */
  readonly rack: number;
  readonly gpus: number;
  /** Those of them whose power is not known. */
  readonly silentGpus: number;
  /** How many of them it shares with other pods; NaN: some. */
  readonly sharedGpus: number;
  /** Σ board power of the others, watts. */
  readonly powerW: number;
}

/** Tokens against the energy of the boards that make them. */
export interface TokenYield {
  readonly model: string;
  /** Place index of the rack; −1: all racks of the model. */
  readonly rack: number;
  readonly tokensPerS: number;
  readonly powerW: number;
  /** NaN where a GPU of a server is silent: its joules are missing, and the yield would look better than it is. */
  readonly tokensPerJoule: number;
  readonly joulesPerToken: number;
  readonly gpus: number;
  readonly silentGpus: number;
  readonly sharedGpus: number;
  readonly servers: number;
}

interface Sum {
  tokensPerS: number;
  powerW: number;
  gpus: number;
  silentGpus: number;
  sharedGpus: number;
  servers: number;
  /** Silent GPUs of its servers in any rack: while there are any, nobody knows which rack made the tokens. */
  silentOfServers: number;
}

const NOTHING: Sum = {
  tokensPerS: 0,
  powerW: 0,
  gpus: 0,
  silentGpus: 0,
  sharedGpus: 0,
  servers: 0,
  silentOfServers: 0,
};

/**
 * Tokens per joule by model and by model and rack: Σ tokens per second ÷ Σ watts of the GPUs in the servers' pods
 * (signals.md 7: join by namespace and pod). A server whose pod has no GPU counts nowhere, since its energy is not
 * known; one that spans racks gives each rack its tokens by the rack's share of its watts. Servers that share a pod
 * (data-parallel engines) add their tokens and share its GPUs.
 *
 * @returns models by name, each with its racks after it
 */
export function tokenYields(servers: readonly ServerReading[], gpus: readonly GpusAtWork[]): readonly TokenYield[] {
  const boards = boardsByPod(gpus);
  const serving = new Set(servers.map(({ site, ...server }) => `${podOf(server)}\n${site}`));
  const sums = new Map<string, Sum>();
  const add = (model: string, rack: number, part: Sum) => {
    const key = `${model}\n${rack}`;
    const sum = sums.get(key) ?? { ...NOTHING };
    for (const name of Object.keys(sum) as (keyof Sum)[]) sum[name] += part[name];
    sums.set(key, sum);
  };
  const counted = new Set<string>();
  for (const server of servers) {
    const key = `${podOf(server)}\n${server.site}`;
    const own = boardsOf(server, boards, serving);
    if (own === undefined || Number.isNaN(server.tokensPerS)) continue;
    // The energy of a pod counts once, whichever of its servers comes first.
    const first = !counted.has(key);
    counted.add(key);
    for (const [rack, part] of sharesOf(server.tokensPerS, own, first)) {
      add(server.model, rack, part);
      add(server.model, -1, rack === own[0].rack ? part : { ...part, servers: 0 });
    }
  }
  return [...sums].map(([key, sum]) => yieldOf(key, sum)).sort(byModelThenRack);
}

const podOf = ({ namespace, pod }: { namespace: string; pod: string }) => `${namespace}\n${pod}`;

type BoardsOfPods = ReadonlyMap<string, ReadonlyMap<string, readonly GpusAtWork[]>>;

/** GPUs by pod, and by site. */
function boardsByPod(gpus: readonly GpusAtWork[]): BoardsOfPods {
  const boards = new Map<string, Map<string, GpusAtWork[]>>();
  for (const gpu of gpus) {
    if (gpu.pod === '') continue;
    const sites = boards.get(podOf(gpu)) ?? new Map<string, GpusAtWork[]>();
    sites.set(gpu.site, [...(sites.get(gpu.site) ?? []), gpu]);
    boards.set(podOf(gpu), sites);
  }
  return boards;
}

/**
 * The GPUs of a server's pod. Clusters of two sites may each have a pod of that name: those of its own site; else, as a
 * mapping may call the site of nodes something else, the only ones there are, unless they are another server's.
 */
function boardsOf(server: ServerReading, boards: BoardsOfPods, serving: ReadonlySet<string>) {
  const sites = boards.get(podOf(server));
  const own = sites?.get(server.site);
  if (own || sites?.size !== 1) return own;
  const [[site, others]] = sites;
  return serving.has(`${podOf(server)}\n${site}`) ? undefined : others;
}

/** What each rack of a server's GPUs adds: tokens by the rack's share of the watts, or of the GPUs while one is silent. */
function sharesOf(tokensPerS: number, own: readonly GpusAtWork[], countEnergy: boolean): ReadonlyMap<number, Sum> {
  const parts = new Map<number, Sum>();
  for (const { rack, gpus, silentGpus, sharedGpus, powerW } of own) {
    const part = parts.get(rack) ?? { ...NOTHING, servers: 1 };
    part.gpus += gpus;
    part.silentGpus += silentGpus;
    part.sharedGpus += sharedGpus;
    part.powerW += powerW;
    parts.set(rack, part);
  }
  const all = [...parts.values()];
  const of = (name: 'powerW' | 'gpus' | 'silentGpus') => all.reduce((sum, part) => sum + part[name], 0);
  const [totalW, gpus, silent] = [of('powerW'), of('gpus'), of('silentGpus')];
  for (const part of all) {
    part.tokensPerS = tokensPerS * (silent === 0 && totalW > 0 ? part.powerW / totalW : part.gpus / gpus);
    part.silentOfServers = silent;
    if (!countEnergy) [part.powerW, part.gpus, part.silentGpus, part.sharedGpus] = [0, 0, 0, 0];
  }
  return parts;
}

function yieldOf(key: string, sum: Sum): TokenYield {
  const at = key.lastIndexOf('\n');
  const known = sum.silentOfServers === 0 && sum.powerW > 0;
  const tokensPerJoule = known ? sum.tokensPerS / sum.powerW : Number.NaN;
  const joulesPerToken = known && sum.tokensPerS > 0 ? sum.powerW / sum.tokensPerS : Number.NaN;
  return { model: key.slice(0, at), rack: Number(key.slice(at + 1)), ...sum, tokensPerJoule, joulesPerToken };
}

function byModelThenRack(a: TokenYield, b: TokenYield): number {
  return a.model === b.model ? a.rack - b.rack : a.model < b.model ? -1 : 1;
}
