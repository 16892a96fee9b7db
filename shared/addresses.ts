import { shortName } from './object-labels.ts';

/** Names by what they are without their domains, as they are told. */
type Hosts = ReadonlyMap<string, string>;

/** Where a target lies, and whose source reads it. */
export interface AddressOf {
  readonly sourceId: string;
  readonly site: string;
  readonly address: string;
}

/** What exporters behind one address call their machine. */
interface Address extends AddressOf {
  /** What each target there told last: a body takes the place of the one before. */
  readonly told: Map<string, Hosts>;
  /** Of all its targets together. More than one: a gateway, of which nothing follows. */
  hosts: Hosts;
  /** Names that others took the place of. One that comes back was no earlier name of the same machine. */
  readonly gone: Set<string>;
}

/** What a body changed of one address: one name instead of another is the same machine's. */
export interface AddressChange {
  readonly site: string;
  readonly address: string;
  readonly before: readonly string[];
  readonly now: readonly string[];
}

/** Addresses of targets, and by which names exporters behind them call the machine they are on. */
export class Addresses {
  /** By source, site and address. */
  readonly #known = new Map<string, Address>();
  /** Source, site and name → behind how many addresses it is told of. */
  readonly #addressesOf = new Map<string, number>();
  /** What the body that is read tells: address → target → names. */
  readonly #heard = new Map<Address, Map<string, Map<string, string>>>();

  begin(): void {
    this.#heard.clear();
  }

  /** An exporter of a target names its machine. */
  hear(of: AddressOf, target: string, host: string): void {
    const { sourceId, site, address } = of;
    const key = keyOf(of);
    const known = this.#known.get(key) ?? {
      ...{ sourceId, site, address, told: new Map(), hosts: new Map(), gone: new Set<string>() },
    };
    this.#known.set(key, known);
    const targets = this.#heard.get(known) ?? new Map<string, Map<string, string>>();
    this.#heard.set(known, targets);
    const names = targets.get(target) ?? new Map<string, string>();
    targets.set(target, names);
    names.set(shortName(host), host);
  }

  /** What the body told holds from now on. `isNew`: nobody had told of a machine of this name before the body. */
  end(isNew: (site: string, host: string) => boolean): readonly AddressChange[] {
    return [...this.#heard].flatMap(([address, targets]) => {
      for (const [target, names] of targets) address.told.set(target, names);
      const { hosts: before, site, gone } = address;
      const now = hostsOf(address);
      if (before.size === now.size && [...now.keys()].every((name) => before.has(name))) return [];
      if (before.size === 1 && now.size === 1) {
        const [[old], [[name, host]]] = [[...before.keys()], [...now]];
        // One that comes back, and one that is known elsewhere, is another machine: both are meant from now on.
        if (gone.has(name) || !isNew(site, host) || (this.#addressesOf.get(nameKey(address, old)) ?? 0) > 1)
          address.told.set('', new Map([...before, ...now]));
        else gone.add(old);
      }
      this.#count(address, -1);
      address.hosts = hostsOf(address);
      this.#count(address, 1);
      const names = { before: [...before.values()], now: [...address.hosts.values()] };
      return [{ site, address: address.address, ...names }];
    });
  }

  #count(address: Address, by: number): void {
    for (const name of address.hosts.keys()) {
      const key = nameKey(address, name);
      const count = (this.#addressesOf.get(key) ?? 0) + by;
      if (count > 0) this.#addressesOf.set(key, count);
      else this.#addressesOf.delete(key);
    }
  }

  /** The only name of the machine behind an address; undefined where none is told, or several. */
  hostBehind(of: AddressOf): string | undefined {
    const { hosts } = this.#known.get(keyOf(of)) ?? {};
    return hosts?.size === 1 ? [...hosts.values()][0] : undefined;
  }

  /** Addresses behind which several machines are told of. */
  shared(): readonly (AddressOf & { readonly hosts: readonly string[] })[] {
    return [...this.#known.values()]
      .filter(({ hosts }) => hosts.size > 1)
      .map(({ sourceId, site, address, hosts }) => ({ sourceId, site, address, hosts: [...hosts.values()] }));
  }

  /** Drops those of a source. */
  forget(source: string): void {
    for (const [key, address] of this.#known) {
      if (address.sourceId !== source) continue;
      this.#count(address, -1);
      this.#known.delete(key);
    }
    this.#heard.clear();
  }
}

const keyOf = ({ sourceId, site, address }: AddressOf) => `${sourceId}\n${site}\n${address}`;
const nameKey = ({ sourceId, site }: AddressOf, name: string) => `${sourceId}\n${site}\n${name}`;

/** What all targets behind an address told last. */
const hostsOf = ({ told }: Address): Hosts => new Map([...told.values()].flatMap((names) => [...names]));
