import type { EpochMs } from '../../shared/units.ts';
import { hash32, normal, smooth, unit } from './noise.ts';
import type { FleetPlan } from './plan.ts';

/** One rail-optimised fabric of two tiers: NDR 400, each leaf with two cables to each spine. */
export interface FabricPlan {
  readonly hall: string;
  readonly leaves: readonly { readonly name: string; readonly guid: string; readonly hosts: readonly Host[] }[];
  readonly spines: readonly { readonly name: string; readonly guid: string }[];
}
interface Host {
  readonly name: string;
  readonly device: string;
  readonly guid: string;
}

const SPINES = 16;
const CABLES = 2;
const HOSTS_A_LEAF = 32;
const LEAVES_A_RAIL = 9;
/** NDR 400, bytes per second; perfquery's wait counter ticks as often as the HCAs' do: 320 bytes each. */
const RATE = 5e10;
const TICKS = 156_250_000;
const two = (n: number) => String(n).padStart(2, '0');

/** HCAs are numbered by their slots, not by their rails: the first of a node is cabled to the second rail. */
const RAIL_OF = [1, 0, 2, 3];
/** Where in its rail a node is cabled: counted from here, so that A1-05 hangs on the eighth leaf of each rail. */
const FIRST_NODE = 156;

/** The fabric of a hall of four-GPU trays; undefined for a hall that has none. */
export function fabricPlan(plan: FleetPlan, hall: string): FabricPlan | undefined {
  const nodes = plan.nodes.filter(({ rack }) => plan.rows[plan.racks[rack].row].hall === hall);
  if (nodes.length !== LEAVES_A_RAIL * HOSTS_A_LEAF || nodes.some(({ gpus }) => gpus !== RAIL_OF.length)) return;
  const hosts: Host[][] = Array.from({ length: RAIL_OF.length * LEAVES_A_RAIL }, () => []);
  nodes.forEach(({ name, firstGpu }, index) => {
    const leaf = Math.floor(((index + FIRST_NODE) % nodes.length) / HOSTS_A_LEAF);
    RAIL_OF.forEach((rail, port) => {
      const guid = `0x94${(firstGpu + port).toString(16).padStart(14, '0')}`;
      hosts[rail * LEAVES_A_RAIL + leaf].push({ name, device: `mlx5_${port}`, guid });
    });
  });
  const guidOf = (tier: string, index: number) => `0xb0cf0e${tier}${index.toString(16).padStart(8, '0')}`;
  return {
    hall,
    leaves: hosts.map((of, i) => ({ name: `leaf-${hall}-${two(i + 1)}`, guid: guidOf('a1', i), hosts: of })),
    spines: Array.from({ length: SPINES }, (_, i) => ({
      name: `spine-${hall}-${two(i + 1)}`,
      guid: guidOf('a2', i),
    })),
  };
}

/** What is special: leaf-17 is overrun, its neighbours carry more, a cable of leaf-31 is out, spine-11 is fuller. */
const OVERRUN = 16;
const BUSIER: Readonly<Record<number, number>> = { 15: 0.12, 17: 0.07 };
const OUT = { leaf: 30, spine: 12, cable: 1 };
/** Counters of this pair are not read: perfquery times out on its ports. */
const UNREAD = { leaf: 27, spine: 5 };
const FULLER_SPINE = 10;
/** Symbol errors an hour of two ports of leaf-31. */
const ERRORS = new Map([
  [OUT.leaf * SPINES * CABLES + 2 * 12, 44],
  [OUT.leaf * SPINES * CABLES + 5, 13],
]);

/** Counters of one cable at the leaf's end. */
const COUNTERS = 4;

/**
 * infiniband_exporter of one fabric. Counters are those of the leaves' ports to the spines; ports to HCAs have their
 * neighbours only, to keep a poll of the demo small.
 */
export class FabricText {
  readonly #fabric: FabricPlan;
  readonly #seed: number;
  readonly #startedAt: EpochMs;
  /** Cable after cable: sent, received, ticks waited, symbol errors. */
  readonly #counters: Float64Array;
  readonly #static: string;
  #readAt: EpochMs;

  constructor(fabric: FabricPlan, seed: number, startedAt: EpochMs) {
    this.#fabric = fabric;
    this.#seed = hash32(seed, 53);
    this.#startedAt = startedAt;
    this.#readAt = startedAt;
    const count = fabric.leaves.length * SPINES * CABLES;
    this.#counters = Float64Array.from({ length: count * COUNTERS }, (_, i) =>
      i % COUNTERS === 3 ? 0 : Math.round(unit(this.#seed, i) * 4e15),
    );
    this.#static = this.#infos();
  }

  read(time: EpochMs): string {
    this.#advance(time);
    return this.#static + this.#values();
  }

  /** Sent, received and waited shares of one cable at a time. */
  share(leaf: number, spine: number, cable: number, time: EpochMs): { tx: number; rx: number; wait: number } {
    const seconds = (time - this.#startedAt) / 1000;
    const key = (leaf * SPINES + spine) * CABLES + cable;
    const noise = smooth(this.#seed + 3, key, seconds, 25);
    if (leaf === OVERRUN) {
      const tx = Math.min(0.995, 0.972 + 0.008 * noise + 0.006 * normal(this.#seed + 5, key));
      return { tx, rx: 0.6 + 0.02 * noise, wait: 0.312 + 0.02 * noise };
    }
    const own = 0.5 + 0.03 * normal(this.#seed + 7, leaf) + (BUSIER[leaf] ?? 0) + (spine === FULLER_SPINE ? 0.07 : 0);
    const tx = Math.min(0.9, Math.max(0.05, own + 0.02 * normal(this.#seed + 9, key) + 0.03 * noise));
    const quiet = 0.004 + 0.006 * unit(this.#seed + 11, leaf) + 0.002 * noise;
    return { tx, rx: tx * 0.97, wait: Math.max(0.0005, quiet + (BUSIER[leaf] ? 0.035 : 0)) };
  }

  #advance(time: EpochMs): void {
    const elapsed = Math.max(0, time - this.#readAt) / 1000;
    this.#readAt += elapsed * 1000;
    if (elapsed === 0) return;
    const { leaves } = this.#fabric;
    for (let key = 0; key < leaves.length * SPINES * CABLES; key++) {
      if (isOut(key)) continue;
      const [leaf, spine, cable] = whereOf(key);
      const { tx, rx, wait } = this.share(leaf, spine, cable, time);
      const at = key * COUNTERS;
      this.#counters[at] += tx * RATE * elapsed;
      this.#counters[at + 1] += rx * RATE * elapsed;
      this.#counters[at + 2] += wait * TICKS * elapsed;
      this.#counters[at + 3] += ((ERRORS.get(key) ?? 0) / 3600) * elapsed;
    }
  }

  /** Names, neighbours and rates: what does not change. A cable that is out is not listed. */
  #infos(): string {
    const { leaves, spines } = this.#fabric;
    const switches = [...leaves, ...spines];
    const rows = switches.map(
      ({ guid, name }, i) => `infiniband_switch_info{guid="${guid}",lid="${i + 1}",switch="${name}"} 1\n`,
    );
    const links: string[] = [];
    const rates: string[] = [];
    leaves.forEach(({ guid, name, hosts }, leaf) => {
      const add = (port: number, peer: string, peerGuid: string, peerPort: number, kind: string) => {
        const ends = `guid="${guid}",port="${port}",switch="${name}",uplink="${peer}",uplink_guid="${peerGuid}"`;
        links.push(
          `infiniband_switch_uplink_info{${ends},uplink_lid="1",uplink_port="${peerPort}",uplink_type="${kind}"} 1\n`,
        );
      };
      for (let cable = 0; cable < SPINES * CABLES; cable++) {
        const key = leaf * SPINES * CABLES + cable;
        const [, spine, nth] = whereOf(key);
        if (isOut(key)) continue;
        add(cable + 1, spines[spine].name, spines[spine].guid, leaf * CABLES + nth + 1, 'SW');
        rates.push(`infiniband_switch_port_rate_bytes_per_second{guid="${guid}",port="${cable + 1}"} ${RATE}\n`);
      }
      hosts.forEach((host, i) => {
        add(SPINES * CABLES + i + 1, `${host.name} ${host.device}`, host.guid, 1, 'CA');
      });
    });
    return (
      family('switch_info', 'gauge', 'Infiniband switch information', rows.join('')) +
      family('switch_uplink_info', 'gauge', 'Infiniband switch uplink information', links.join('')) +
      family('switch_port_rate_bytes_per_second', 'gauge', 'Infiniband switch port rate', rates.join(''))
    );
  }

  #values(): string {
    const names = [
      'transmit_data_bytes_total',
      'receive_data_bytes_total',
      'transmit_wait_total',
      'symbol_error_total',
    ];
    const helps = ['PortXmitData', 'PortRcvData', 'PortXmitWait', 'SymbolErrorCounter'];
    const { leaves } = this.#fabric;
    return names
      .map((name, counter) => {
        let rows = '';
        for (let key = 0; key < leaves.length * SPINES * CABLES; key++) {
          if (Math.floor(key / CABLES) === UNREAD.leaf * SPINES + UNREAD.spine) continue;
          const labels = `guid="${leaves[Math.floor(key / (SPINES * CABLES))].guid}",port="${(key % (SPINES * CABLES)) + 1}"`;
          const value = Math.floor(this.#counters[key * COUNTERS + counter]);
          rows += `infiniband_switch_port_${name}{${labels}} ${value}\n`;
        }
        return family(`switch_port_${name}`, 'counter', `Infiniband switch port ${helps[counter]}`, rows);
      })
      .join('');
  }
}

/** Leaf, spine and which of their two cables. */
const whereOf = (key: number) =>
  [Math.floor(key / (SPINES * CABLES)), Math.floor((key % (SPINES * CABLES)) / CABLES), key % CABLES] as const;
const isOut = (key: number) => key === (OUT.leaf * SPINES + OUT.spine) * CABLES + OUT.cable;

const family = (name: string, type: string, help: string, rows: string) =>
  `# HELP infiniband_${name} ${help}\n# TYPE infiniband_${name} ${type}\n${rows}`;

/** The cabling plan in the form of fabric.csv: every cable that should be there, the one that is out among them. */
export function fabricCsv({ leaves, spines }: FabricPlan): string {
  const rows = leaves.flatMap(({ name }, leaf) =>
    Array.from({ length: SPINES * CABLES }, (_, cable) => {
      const spine = Math.floor(cable / CABLES);
      const far = leaf * CABLES + (cable % CABLES) + 1;
      const rail = Math.floor(leaf / LEAVES_A_RAIL) + 1;
      return `infiniband,${name},${cable + 1},${spines[spine].name},${far},${rail},,400\n`;
    }),
  );
  return rows.join('');
}
