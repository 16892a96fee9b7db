import { z } from 'zod';
import type { AlertDomain, AlertSummary, Severity } from './alerting/alert.ts';
import { type AlertCallResults, alertCalls } from './contract/alerts.ts';
import { type FabricResults, fabricCalls } from './contract/fabric.ts';
import { type FrameAtReply, type HistoryResults, historyCalls } from './contract/history.ts';
import { type InteropResults, interopCalls } from './contract/interop.ts';
import { type PlaceCallResults, placeCalls } from './contract/places.ts';
import { type RackResults, rackCalls } from './contract/rack.ts';
import { type SecretCallResults, secretCalls } from './contract/secrets.ts';
import { type SnapshotCallResults, type SnapshotEvents, snapshotCalls } from './contract/snapshots.ts';
import { type SourceHealth, type SourceResults, sourceCalls } from './contract/sources.ts';
import { LINK_KINDS } from './fabric/reading.ts';
import type { LinkRow } from './fabric/rows.ts';
import type { Fault } from './fault.ts';
import type { Inventory } from './inventory.ts';
import type { Missing } from './missing.ts';
import type { EnergyRow } from './power/energy.ts';
import type { PowerReport } from './power/report.ts';
import type { FeedLossVerdict, SiteFeed } from './power/site-feeds.ts';
import type { RackColumns } from './rack/columns.ts';
import { type Settings, settingsSchema } from './settings.ts';
import { type SignalId, signals } from './signals/catalogue.ts';
import type { WorkReport } from './work/report.ts';

/**
 * Everything that may be asked of an engine and heard from it. The transport knows two verbs, `call` and `on`.
 * Arguments are parsed by the receiver; errors are values.
 */

export type Role = 'read' | 'operate';

export type { Fault } from './fault.ts';

/** What the floor plan can be coloured by (ui.md 3.5). */
export const VIEW_SIGNALS = ['power', 'util', 'temp', 'throttle', 'nvlink', 'nic'] as const;
export type ViewSignal = (typeof VIEW_SIGNALS)[number];

/** Anything the floor plan can be coloured by: the six, or a signal of the catalogue. */
export type WatchSignal = ViewSignal | SignalId;

/** What a viewer looks at; it receives that and no more. */
export interface Watch {
  readonly signal: WatchSignal;
  /** Palette bytes of every GPU (false: racks and above only, as for a small wall). */
  readonly gpus: boolean;
  /** Place indexes of racks whose GPUs' values are wanted as numbers (level L3). At most 64. */
  readonly racks: readonly number[];
  /** Place index of the rack whose GPUs are wanted with all their signals; −1 or left out: none. */
  readonly rack?: number;
  /** Filter language (filter/parse.ts); '' or left out: all. */
  readonly filter?: string;
}

/** What a filter kept, or why it could not be read. */
export interface Filtered {
  readonly filter: string;
  readonly gpus: number;
  readonly racks: number;
  /** '' where it could be read; the column counts from 1. */
  readonly error: string;
  readonly column: number;
}

/** The places, for drawing: the part of Topology that a viewer needs. */
export interface LayoutDocument {
  readonly version: number;
  readonly start: readonly number[];
  readonly parent: readonly number[];
  readonly name: readonly string[];
  /** Paths of site…node, UUIDs of GPUs. */
  readonly path: readonly string[];
  readonly model: readonly string[];
  readonly inferred: readonly number[];
  /** Watts; null where there is none. Length: places up to racks. */
  readonly budgetW: readonly (number | null)[];
  readonly feeds: readonly {
    readonly rack: number;
    readonly name: string;
    readonly budgetW: number | null;
    /** It should be there, and no PDU ever reported it. */
    readonly hole: boolean;
  }[];
  readonly inventory: Inventory;
}

export type { Severity };

/** A condition that holds now, in the head of every frame: what the rail and the glyphs on the map show. */
export interface Finding {
  readonly severity: Severity;
  readonly domain: AlertDomain;
  /** Object + condition + number, as ui.md 4 words it. */
  readonly title: string;
  readonly detail: string;
  /** Place index; −1 for a source. */
  readonly place: number;
  /** When the engine first saw it hold, epoch ms. */
  readonly since: number;
  /** Id of the alert that it is named after; none where no alert engine runs (a replay). */
  readonly alert?: string;
}

/** Numbers of the KPI strip. NaN (null on the wire) is "no data". */
export interface Summary {
  readonly powerW: number | null;
  readonly budgetW: number | null;
  /** True where a silent child is counted at nameplate: the sum is a lower bound or an estimate. */
  readonly powerAtLeast: boolean;
  readonly powerSource: 'metered' | 'estimated' | 'mixed' | 'none';
  readonly slopeWPerMin: number | null;
  readonly headroomW: number | null;
  /** Utility paths of the sites, where they are rated. */
  readonly feeds: readonly SiteFeed[];
  /** Whether losing one of them is survived; null where no feed is known. */
  readonly feedLoss: FeedLossVerdict | null;
  /** The place nearest to its budget. */
  readonly tightest: {
    readonly place: number;
    readonly ratio: number;
    readonly headroomW: number;
    /** Its draw is a lower bound: so is the ratio, and the headroom is an upper one. */
    readonly atLeast: boolean;
    readonly capMinutes: number | null;
  } | null;
  readonly throttled: {
    readonly gpus: number;
    readonly of: number;
    readonly worst: string;
    readonly where: number;
  } | null;
  readonly fabric: {
    readonly saturated: number;
    readonly of: number;
    readonly worst: string;
    readonly use: number | null;
    readonly rxBps: number | null;
    readonly txBps: number | null;
  } | null;
  /** Ports were read once so far: there is no rate before the second reading. */
  readonly fabricWaits?: boolean;
  readonly util: { readonly median: number; readonly p10: number; readonly idle: number } | null;
  readonly hottest: {
    readonly place: number;
    readonly celsius: number;
    readonly limit: number | null;
    readonly assumed: boolean;
  } | null;
  readonly gpus: number;
  readonly gpusReporting: number;
  readonly silentNodes: number;
  /** What should be there and was never heard: GPUs, nodes (trays), inlets. */
  readonly missing: Missing;
  /** When the longest silent node was last heard, epoch ms. */
  readonly silentSince: number | null;
  readonly badSamples: number;
  readonly ageP99Ms: number | null;
}

/** The small part of a live frame, JSON on the wire; the columns follow it as bytes (wire.ts). */
export interface FrameHead {
  readonly seq: number;
  /** The engine's clock when the frame was made, epoch ms. */
  readonly time: number;
  /** Newest sample time in it, epoch ms; null when nothing was ever read. */
  readonly sampled: number | null;
  readonly layout: number;
  readonly signal: WatchSignal;
  /** The value that is drawn as 1, in the signal's unit, for a signal of the catalogue; null for the six. */
  readonly full: number | null;
  /** null where no filter is set. */
  readonly filtered: Filtered | null;
  readonly pollMs: number;
  readonly staleMs: number;
  /** How old what a server records gets in a round, where nothing is newer than that; null elsewhere. */
  readonly roundMs: number | null;
  readonly warnRatio: number;
  readonly critRatio: number;
  readonly summary: Summary;
  readonly findings: readonly Finding[];
  readonly alerts: AlertSummary;
  readonly sources: readonly SourceHealth[];
  /** Racks whose GPU values are in `values`, in order. */
  readonly racks: readonly number[];
  /** The rack that the columns of `RackColumns` are of; −1: none, and they are empty. */
  readonly rack: number;
}

/** A live frame as a viewer holds it. Place columns cover sites to racks (`layout.start[4]` entries). */
export interface ViewFrame extends FrameHead, RackColumns {
  /** Watts; NaN is no data. */
  readonly drawW: Float32Array;
  /** The watched signal at the place, as a share of its limit or as 0..1; throttle: share of GPUs held. NaN: none. */
  readonly value: Float32Array;
  /** Slope of the draw over the last 15 min, watts per minute; NaN where no trend can be told. */
  readonly slope: Float32Array;
  /** Minutes until draw meets budget; NaN where no forecast, Infinity over 2 h. */
  readonly capMin: Float32Array;
  /** Oldest counted sample, epoch ms; NaN never. */
  readonly sampledAt: Float64Array;
  /** QUALITY index of the draw. */
  readonly quality: Uint8Array;
  /** GPUs at the place, and how many of them report within the stale limit. */
  readonly gpuCount: Uint32Array;
  readonly gpuLive: Uint32Array;
  /** One palette byte a GPU (cells.ts); empty when not watched. */
  readonly cells: Uint8Array;
  /** One palette byte a rack for the watched signal. */
  readonly rackCells: Uint8Array;
  /** One bit a GPU that the filter keeps, lowest bit first; empty without one, or with one that could not be read. */
  readonly matches: Uint8Array;
  /** Value in the signal's unit for each GPU of `racks`, rack after rack. */
  readonly values: Float32Array;
}

/** What the inspector line and a GPU's tooltip-free details show. */
export interface Inspection {
  readonly place: number;
  readonly level: number;
  readonly path: string;
  readonly model: string;
  readonly facts: readonly {
    readonly signal: SignalId | 'budget' | 'headroom' | 'cap' | 'reporting';
    readonly label: string;
    /** Formatted with its unit; '—' for no data. */
    readonly text: string;
    readonly quality: string;
    readonly sampled: number | null;
  }[];
}

export interface HelloReply {
  readonly version: string;
  readonly host: 'desktop' | 'serve';
  readonly role: Role;
  readonly engineStarted: number;
  /** Names of the sources that are read in this run; those given at its start stand in no settings. */
  readonly reading: readonly string[];
  readonly settings: Settings;
  /** The folder with settings.json, topology.csv, budgets.csv. */
  readonly profile: string;
  /** What is wrong with settings.json, so that other settings are used; null where nothing is. */
  readonly trouble: Fault | null;
}

const SIGNAL_IDS: ReadonlySet<unknown> = new Set([...VIEW_SIGNALS, ...signals.map(({ id }) => id)]);
const isWatchSignal = (id: unknown): id is WatchSignal => SIGNAL_IDS.has(id);

const place = z.number().int().min(-1).max(10_000_000);

const watch = z.strictObject({
  signal: z.custom<WatchSignal>((id) => isWatchSignal(id), 'There is no such signal'),
  gpus: z.boolean(),
  racks: z.array(place).max(64),
  rack: place.optional(),
  filter: z.string().max(500).optional(),
});

/** name → who may call it, and how its argument is parsed. */
export const calls = {
  hello: { role: 'read', arg: z.strictObject({}) },
  watch: { role: 'read', arg: watch },
  /** The frame was drawn; the next may leave. */
  ack: { role: 'read', arg: z.strictObject({ seq: z.number().int() }) },
  layout: { role: 'read', arg: z.strictObject({}) },
  inspect: { role: 'read', arg: z.strictObject({ place }) },
  ...historyCalls,
  /**
   * The fleet as it was: what a viewer who watches this would have been sent. Not live: nothing is acknowledged on it.
   * `latest`: of these a viewer gets only the newest; one before that is not told yet is refused as `superseded`, and
   * servers are not asked for it any more.
   */
  frameAt: {
    role: 'read',
    arg: z.strictObject({
      time: z.number().min(0).max(8.64e15),
      watch,
      known: z.string().max(64).optional(),
      latest: z.boolean().optional(),
    }),
  },
  /** The links at and under a place (−1: all), the worst first. */
  links: {
    role: 'read',
    arg: z.strictObject({
      under: place,
      kinds: z.array(z.enum(LINK_KINDS)).max(4),
      most: z.number().int().min(1).max(1000),
    }),
  },
  /** Jobs and pods at and under a place (−1: everywhere), what holds them back, tokens per joule, GPU-hours lost. */
  work: { role: 'read', arg: z.strictObject({ under: place }) },
  /** Budget, headroom, feeds, stranded power and feed loss of a site to rack; the window is of p99. */
  power: { role: 'read', arg: z.strictObject({ place, windowMs: z.number().int().min(60_000).max(86_400_000) }) },
  energy: { role: 'read', arg: z.strictObject({}) },
  ...rackCalls,
  ...fabricCalls,
  ...interopCalls,
  saveSettings: { role: 'operate', arg: z.strictObject({ settings: settingsSchema }) },
  /** Answered by the host, which starts the demo fleet and gives the engine its targets. */
  openDemo: { role: 'operate', arg: z.strictObject({}) },
  closeDemo: { role: 'operate', arg: z.strictObject({}) },
  ...alertCalls,
  ...secretCalls,
  ...snapshotCalls,
  ...sourceCalls,
  ...placeCalls,
} as const satisfies Record<string, { role: Role; arg: z.ZodType }>;

export type CallName = keyof typeof calls;
export type CallArg<Name extends CallName> = z.input<(typeof calls)[Name]['arg']>;
/** An argument after it was parsed: what was left out has its default. */
export type CallParsed<Name extends CallName> = z.output<(typeof calls)[Name]['arg']>;

export interface CallResults
  extends AlertCallResults,
    SecretCallResults,
    FabricResults,
    HistoryResults,
    InteropResults,
    PlaceCallResults,
    RackResults,
    SnapshotCallResults,
    SourceResults {
  hello: HelloReply;
  watch: null;
  ack: null;
  layout: LayoutDocument;
  frameAt: FrameAtReply & { readonly layout: LayoutDocument | null };
  inspect: Inspection;
  links: readonly LinkRow[];
  work: WorkReport;
  power: PowerReport | null;
  energy: readonly EnergyRow[];
  saveSettings: Settings;
  openDemo: Settings;
  closeDemo: Settings;
}
export type CallResult<Name extends CallName> = CallResults[Name];

/** The engine is up, or died and is being started again by the host. */
export interface EngineEvent {
  readonly state: 'up' | 'down';
  readonly since: number;
  /** Starts so far in this run of the host. */
  readonly starts: number;
  readonly reason: string;
}

export interface Events extends SnapshotEvents {
  /** wire.ts bytes of a ViewFrame. */
  frame: Uint8Array;
  engine: EngineEvent;
  settings: Settings;
}
export type EventName = keyof Events;

/** host → engine */
export type ToEngine =
  | { readonly kind: 'open'; readonly viewer: number; readonly role: Role }
  | { readonly kind: 'close'; readonly viewer: number }
  /** Where browsers reach the console; told by hosts that serve it, at the start of every engine. */
  | { readonly kind: 'served'; readonly url: string }
  /** Values of the secrets in the host's vault, by name: at the start and after each change. Never answered or told. */
  | { readonly kind: 'secrets'; readonly values: Readonly<Record<string, string>> }
  | {
      readonly kind: 'call';
      readonly viewer: number;
      readonly id: number;
      readonly name: string;
      readonly arg: unknown;
    };

/** engine → host */
export type FromEngine =
  | { readonly kind: 'ready' }
  | { readonly kind: 'reply'; readonly viewer: number; readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly kind: 'reply'; readonly viewer: number; readonly id: number; readonly ok: false; readonly fault: Fault }
  | { readonly kind: 'event'; readonly viewer: number; readonly name: EventName; readonly value: unknown }
  /** Sent once a second and between long steps; a host that hears none for 10 s, longer after each such end, takes the engine for hung and starts a new one. */
  | { readonly kind: 'beat' };
