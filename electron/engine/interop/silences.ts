import type { OthersSilence, SilencedReply } from '../../../shared/contract/interop.ts';
import type { CallParsed } from '../../../shared/contract.ts';
import type { NewSilence } from '../../../shared/interop/alertmanager.ts';
import { FaultError, faultOf } from '../fault.ts';
import type { Answers } from '../part.ts';
import type { Clock } from '../schedule.ts';
import type { AlertmanagerPeer } from './peer.ts';
import type { SilenceCopies } from './silence-copies.ts';

const ORDER = { active: 0, pending: 1, expired: 2 } as const;

/** Silences at Alertmanagers: all of them as one list, new ones, their end, and those of ours that got lost. */
export class OthersSilences {
  readonly answers: Answers;
  readonly #peers: ReadonlyMap<string, AlertmanagerPeer>;
  readonly #copies: SilenceCopies;
  readonly #clock: Clock;

  constructor(peers: ReadonlyMap<string, AlertmanagerPeer>, copies: SilenceCopies, clock: Clock) {
    this.#peers = peers;
    this.#copies = copies;
    this.#clock = clock;
    this.answers = {
      othersSilences: () => this.#list(),
      silenceOthers: (arg) => this.#create(arg),
      expireOthersSilence: ({ alertmanager, id }) => this.#expire(alertmanager, id),
      restoreSilence: ({ alertmanager, id }) => this.#restore(alertmanager, id),
      forgetSilence: ({ alertmanager, id }) => {
        copies.forget(alertmanager, id, clock.now());
        return null;
      },
    };
  }

  #list(): readonly OthersSilence[] {
    const ours = this.#copies.ids();
    const found = new Map<string, OthersSilence>();
    for (const [alertmanager, peer] of this.#peers) {
      for (const silence of peer.silences ?? []) {
        const same = found.get(silence.id);
        const alertmanagers = [...(same?.alertmanagers ?? []), alertmanager];
        found.set(silence.id, { ...silence, alertmanagers, ours: ours.has(silence.id) });
      }
    }
    return [...found.values()].sort((a, b) => ORDER[a.state] - ORDER[b.state] || a.endsAt - b.endsAt);
  }

  async #create(arg: CallParsed<'silenceOthers'>): Promise<SilencedReply> {
    const now = this.#clock.now();
    const { matchers, endsAt, who, reason } = arg;
    // Alertmanager refuses a begin in the past.
    const silence = { matchers, startsAt: Math.max(arg.startsAt ?? now, now), endsAt, createdBy: who, comment: reason };
    if (endsAt <= silence.startsAt)
      throw new FaultError('silence-end', 'The silence would end before it begins', 'Give a later end.');
    const peers = arg.alertmanagers.length > 0 ? arg.alertmanagers.map((id) => this.#peer(id)) : this.#onePerCluster();
    if (peers.length === 0)
      throw new FaultError('no-alertmanager', 'No Alertmanager is configured', 'Add one under Sources.');
    const made: { alertmanager: string; id: string }[] = [];
    const failed: SilencedReply['failed'][number][] = [];
    await Promise.all(
      peers.map(async (peer) => {
        const alertmanager = peer.settings.id;
        try {
          made.push({ alertmanager, id: await this.#make(peer, silence) });
        } catch (error) {
          failed.push({ alertmanager, fault: faultOf(error) });
        }
      }),
    );
    return { made, failed };
  }

  async #make(peer: AlertmanagerPeer, silence: NewSilence): Promise<string> {
    const id = await peer.createSilence(silence);
    this.#copies.made(peer.settings.id, id, silence, this.#clock.now());
    return id;
  }

  async #expire(alertmanager: string, id: string): Promise<null> {
    await this.#peer(alertmanager).expireSilence(id);
    // Another member of its cluster may have been asked for it.
    for (const peer of this.#peers.keys()) this.#copies.forget(peer, id, this.#clock.now());
    return null;
  }

  async #restore(alertmanager: string, id: string): Promise<{ alertmanager: string; id: string }> {
    const silence = this.#copies.get(alertmanager, id);
    const now = this.#clock.now();
    if (!silence || silence.endsAt <= now)
      throw new FaultError('no-silence', 'There is no copy of this silence that would still hold', 'Make a new one.');
    const again = await this.#make(this.#peer(alertmanager), {
      ...silence,
      startsAt: Math.max(silence.startsAt, now),
    });
    if (again !== id) this.#copies.forget(alertmanager, id, now);
    return { alertmanager, id: again };
  }

  #peer(id: string): AlertmanagerPeer {
    const peer = this.#peers.get(id);
    if (!peer) throw new FaultError('no-alertmanager', `There is no Alertmanager ${id}`, 'It may have been removed.');
    return peer;
  }

  /** Members of a cluster pass silences on to each other: one of them is enough, one that answers. */
  #onePerCluster(): readonly AlertmanagerPeer[] {
    const found = new Map<string, AlertmanagerPeer>();
    for (const peer of this.#peers.values()) {
      const before = found.get(peer.cluster);
      if (!before || (before.silentSince !== null && peer.silentSince === null)) found.set(peer.cluster, peer);
    }
    return [...found.values()];
  }
}
