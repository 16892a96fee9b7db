import { join } from 'node:path';
import { type AlertLeaf, alertLeaves } from '../../shared/alerting/leaves.ts';
import { type FabricLayout, layFabric } from '../../shared/fabric/cables.ts';
import { type FabricMatrix, fieldOf, matrixOf, type SinceOf, type Whole, wholeOf } from '../../shared/fabric/matrix.ts';
import type { Field } from '../../shared/fabric/matrix-rows.ts';
import { ErrorMeter, FabricMemory } from '../../shared/fabric/memory.ts';
import { ERRORS_AN_HOUR, type FabricOverview, stripsOf, summaryOf } from '../../shared/fabric/overview.ts';
import { type AnyLinkKind, LINK_KINDS } from '../../shared/fabric/reading.ts';
import type { LinkKind, Topology } from '../../shared/topology.ts';
import type { FleetInstant } from '../../shared/view.ts';
import type { Answers, EngineContext, EnginePart } from './part.ts';
import { type FabricFile, FabricFileReader } from './store/fabric-file.ts';

interface Made {
  readonly field: Field;
  readonly whole: Whole;
}

/** Cables by kind of network, as they are laid in one topology. */
type Laid = Map<LinkKind, FabricLayout>;

/** The matrices of one instant, each made when it is first asked for. */
class FabricInstant {
  readonly current: FleetInstant;
  readonly #file: FabricFile;
  readonly #sinceOf: SinceOf;
  readonly #laid: Laid;
  readonly #made = new Map<AnyLinkKind, Made>();

  constructor(current: FleetInstant, file: FabricFile, sinceOf: SinceOf, laid: Laid = new Map()) {
    this.current = current;
    this.#file = file;
    this.#sinceOf = sinceOf;
    this.#laid = laid;
  }

  layout(kind: LinkKind): FabricLayout {
    let laid = this.#laid.get(kind);
    if (!laid) {
      laid = layFabric(this.current.frame.topology, this.#file.rows, kind);
      this.#laid.set(kind, laid);
    }
    return laid;
  }

  make(kind: AnyLinkKind): Made {
    let made = this.#made.get(kind);
    if (!made) {
      const { frame } = this.current;
      const network = kind === 'infiniband' || kind === 'ethernet';
      const field = fieldOf(frame, kind, network ? this.layout(kind) : undefined);
      made = { field, whole: wholeOf(frame, kind, field, this.#sinceOf) };
      this.#made.set(kind, made);
    }
    return made;
  }

  matrix(kind: AnyLinkKind, pod: string): FabricMatrix {
    const { field, whole } = this.make(kind);
    return matrixOf(kind, field, whole, pod);
  }

  overview(errors: FabricOverview['errors']): FabricOverview {
    const made = LINK_KINDS.map((kind) => ({ kind, ...this.make(kind) }));
    return {
      kinds: made.map(({ kind, field, whole }) => summaryOf(matrixOf(kind, field, whole, ''), whole.rows)),
      strips: made.flatMap(({ kind, field, whole }) =>
        kind === 'nvlink' || kind === 'ethernet' ? stripsOf(kind, whole.rows, (row) => sizeOf(field, whole, row)) : [],
      ),
      errors,
      problems: this.#file.problems,
    };
  }
}

/**
 * The interconnect: cables between leaves and spines, domains, and what they remember. Matrices are made when someone
 * asks, once for all who ask; only leaves whose cables are known are looked at with every poll, since their hour and
 * their onsets must be there when someone comes to look.
 */
export class FabricPart implements EnginePart {
  readonly #context: EngineContext;
  readonly #files = new FabricFileReader();
  readonly #memory = new FabricMemory();
  readonly #errors = new ErrorMeter();
  #rows: FabricFile = { rows: [], problems: [] };
  #laidFor: { readonly topology: Topology; readonly file: FabricFile } | null = null;
  readonly #laid: Laid = new Map();
  #now: FabricInstant | null = null;

  readonly answers: Answers = {
    fabric: ({ kind, pod }) => this.#instant()?.matrix(kind, pod) ?? null,
    fabricOverview: () => this.#instant()?.overview(this.#worstErrors()) ?? null,
    fabricLeaf: ({ kind, key }) => this.#memory.history(kind, key),
  };

  constructor(context: EngineContext) {
    this.#context = context;
  }

  tick(now: number, polled: boolean): void {
    this.#rows = this.#files.read(this.#paths());
    const instant = polled ? this.#instant() : null;
    if (!instant) return;
    this.#memory.add(this.#leafRows(instant), now);
    const { topology, columns } = instant.current.frame;
    const errors = columns.get('port.errors')?.value;
    if (errors) this.#errors.add(topology.version, errors, now);
  }

  /** Leaves whose cables are known, as alerts see them; of the newest poll once `tick` heard of it. */
  leaves(): readonly AlertLeaf[] {
    const instant = this.#instant();
    return instant ? alertLeaves(this.#leafRows(instant), this.#memory.sinceOf) : [];
  }

  /**
   * The interconnect at an instant of the past, over the cables of today's file. Since when leaves were as they were, and
   * errors by the hour, are remembered of now only.
   */
  at(past: FleetInstant) {
    const instant = new FabricInstant(past, this.#rows, () => null);
    return {
      matrix: (kind: AnyLinkKind, pod: string) => instant.matrix(kind, pod),
      overview: () => instant.overview(null),
    };
  }

  #leafRows(instant: FabricInstant) {
    return (['infiniband', 'ethernet'] as const)
      .filter((kind) => instant.layout(kind).cables.length > 0)
      .flatMap((kind) => instant.make(kind).whole.rows.map((row) => ({ kind, row })));
  }

  #paths() {
    const given = this.#context.sources().flatMap(({ settings: { fabricFile } }) => fabricFile ?? []);
    const own = { path: join(this.#context.folder, 'fabric.csv'), needed: false };
    return [own, ...given.map((path) => ({ path, needed: true }))];
  }

  /** The newest instant; null before the first. */
  #instant(): FabricInstant | null {
    const current = this.#context.view().current();
    if (!current) return null;
    const { topology } = current.frame;
    if (this.#laidFor?.topology !== topology || this.#laidFor.file !== this.#rows) {
      this.#laid.clear();
      this.#laidFor = { topology, file: this.#rows };
      this.#now = null;
    }
    if (this.#now?.current !== current)
      this.#now = new FabricInstant(current, this.#rows, this.#memory.sinceOf, this.#laid);
    return this.#now;
  }

  #worstErrors(): FabricOverview['errors'] {
    const current = this.#context.view().current();
    if (!current) return null;
    const { frame, now } = current;
    const hourly = frame.columns.has('port.errors') ? this.#errors.perHour(now) : null;
    if (!hourly) return null;
    const above = hourly.filter(({ perHour }) => perHour > ERRORS_AN_HOUR);
    const port = frame.topology.ports[hourly[0]?.port ?? -1];
    const worst = port ? `${port.name} p${port.port}` : '';
    return { ports: above.length, worst, perHour: hourly[0]?.perHour ?? 0 };
  }
}

const plural = (count: number, one: string) => `${one}${count === 1 ? '' : 's'}`;

/** What the rows of a strip have in common: "domains, 72 GPUs each", "leaves", "racks". */
function sizeOf(field: Field, { grid }: Whole, row: number): string {
  if (field.word === 'leaf') return 'leaves';
  if (field.word === 'rack') return 'racks';
  const width = field.columns.length;
  const gpus = grid.cells.slice(row * width, (row + 1) * width).filter(({ of }) => of > 0).length;
  const word = field.rows[row].nodes.length > 1 ? 'domains' : 'nodes';
  return `${word}, ${gpus} ${plural(gpus, 'GPU')} each`;
}
