import { lookup as systemLookup } from 'node:dns';
import { BlockList, isIPv6, type LookupFunction } from 'node:net';

/** Addresses that no name of a source may lead to: link-local ones, where clouds keep the keys of a machine. */
const LINK_LOCAL = new BlockList();
LINK_LOCAL.addSubnet('169.254.0.0', 16, 'ipv4');
LINK_LOCAL.addSubnet('fe80::', 10, 'ipv6');
LINK_LOCAL.addAddress('fd00:ec2::254', 'ipv6');

const isLinkLocal = (address: string) => LINK_LOCAL.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');

/** The error of a name that leads where it may not; `code` has words of its own in fault.ts. */
class WrongAddress extends Error {
  readonly code: string;
  constructor(code: 'ELINKLOCAL' | 'EREBOUND', name: string) {
    super(`${name} leads to an address that is not asked`);
    this.code = code;
  }
}

/**
 * The addresses of one exchange, looked at before anything is sent there. A name that a source was given may lead
 * anywhere in a data centre; a redirect on the same name may only lead where the first question went, whatever the name
 * server says meanwhile. Addresses that are written as such need no look-up: they are what the user wrote.
 */
export class Resolved {
  readonly #lookup: LookupFunction;
  readonly #known = new Set<string>();
  #pinned = false;

  /** `lookup` resolves names; the system's where it is left out. */
  constructor(lookup: LookupFunction = systemLookup as LookupFunction) {
    this.#lookup = lookup;
  }

  /** The first answer came from this address; from here on a name must lead there, or where it has led before. */
  pin(address: string | undefined): void {
    if (address !== undefined) this.#known.add(address);
    this.#pinned = true;
  }

  readonly lookup: LookupFunction = (name, options, done) => {
    this.#lookup(name, options, (error, found, family) => {
      if (error) return done(error, found, family);
      const all = Array.isArray(found) ? found : [{ address: found, family: family ?? 0 }];
      const allowed = all.filter(({ address }) => !isLinkLocal(address) && (!this.#pinned || this.#known.has(address)));
      if (allowed.length === 0) {
        const code = all.every(({ address }) => isLinkLocal(address)) ? 'ELINKLOCAL' : 'EREBOUND';
        return done(new WrongAddress(code, name), '', 0);
      }
      if (!this.#pinned) for (const { address } of allowed) this.#known.add(address);
      if (Array.isArray(found)) done(null, allowed);
      else done(null, allowed[0].address, family);
    });
  };
}
