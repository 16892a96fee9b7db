import type { Labels } from './labels.ts';
import { UNMAPPED } from './mapping.ts';
import type { KnownFeed } from './places.ts';
import { type FeedIdentity, labelOf } from './signals/profile.ts';

/** What the labels of a PDU inlet tell of it. Its rack is looked up when the racks are known. */
export interface FeedClue {
  /** The same for the same inlet, whichever source reports it. */
  readonly key: string;
  /** 'A' or 'B', else the PDU's own name; a second inlet has its number behind it. */
  readonly name: string;
  readonly site: string;
  readonly hall: string;
  readonly row: string;
  /** The rack by name; '' where only the PDU's name may tell. */
  readonly rack: string;
  /** The PDU's name, such as "pdu-a2-05-b". */
  readonly pdu: string;
}

/** The only unit of most PDUs, and the one that is asked of a chain. */
export const FIRST_UNIT = '1';

/** Reads the labels of an inlet; undefined when they name neither a rack nor a PDU. `site` is the source's. */
export function feedClue(labels: Labels, identity: FeedIdentity, site: string): FeedClue | undefined {
  const [rack, instance] = [labels.get('rack') ?? '', labels.get('instance') ?? ''];
  const named = labelOf(labels, identity.pdu);
  const pdu = (named || instance).replace(/:\d+$/, '');
  if (rack === '' && pdu === '') return undefined;
  const letter =
    labels.get('feed')?.toUpperCase() || /[-_ ](?:pdu|feed)?[-_ ]?([AB])$/i.exec(pdu.split('.', 1)[0])?.[1];
  const inlet = labelOf(labels, identity.inlet);
  const name = `${letter?.toUpperCase() || pdu}${inlet === '' || inlet === '1' ? '' : inlet}`;
  const inSite = labels.get('site') || site;
  const unit = labelOf(labels, identity.unit) || FIRST_UNIT;
  const key = [inSite, rack, instance, named, unit, inlet, letter].join('\n');
  return { key, name, site: inSite, hall: labels.get('hall') ?? '', row: labels.get('row') ?? '', rack, pdu };
}

/** Whether an inlet is of a feed, by the names that PDUs have: A, B, and a second inlet A2. */
export const isFeed = (name: string, feed: string) =>
  name === feed || (name.startsWith(feed) && /^\d+$/.test(name.slice(feed.length)));

type RackPath = Pick<KnownFeed, 'site' | 'hall' | 'row' | 'rack'>;

/** Racks by site and name, whatever the case. */
export class RackNames {
  readonly #racks = new Map<string, RackPath>();

  add({ site, hall, row, rack }: RackPath): void {
    const key = `${site}\n${rack.toLowerCase()}`;
    if (!this.#racks.has(key)) this.#racks.set(key, { site, hall, row, rack });
  }

  /** The rack of an inlet; one that nobody knows stands in the hall of the unmapped, under the name it has. */
  of({ site, hall, row, rack, pdu }: RackPath & Pick<FeedClue, 'pdu'>): RackPath {
    if (rack !== '' && hall !== '' && row !== '') return { site, hall, row, rack };
    const found = rack === '' ? this.#within(site, pdu) : this.#racks.get(`${site}\n${rack.toLowerCase()}`);
    return found ?? { site, hall: UNMAPPED, row: UNMAPPED, rack: rack || pdu };
  }

  /** The longest run of words of a PDU's name that is a rack's name: "pdu-a2-05-b" stands in A2-05. */
  #within(site: string, pdu: string): RackPath | undefined {
    const words = pdu.toLowerCase().split(/[-_. ]/);
    for (let length = Math.min(words.length, 8); length > 0; length--) {
      for (let first = 0; first + length <= words.length; first++) {
        const found = this.#racks.get(`${site}\n${words.slice(first, first + length).join('-')}`);
        if (found) return found;
      }
    }
    return undefined;
  }
}
