import { type AlertLeaf, alertLeaves } from '../../shared/alerting/leaves.ts';
import { type FabricFile, FabricInstant, type Laid } from '../../shared/fabric/instant.ts';
import { ErrorMeter, FabricMemory } from '../../shared/fabric/memory.ts';
import { ERRORS_AN_HOUR, type FabricOverview } from '../../shared/fabric/overview.ts';
import type { AnyLinkKind } from '../../shared/fabric/reading.ts';
import type { Topology } from '../../shared/topology.ts';
import type { FleetInstant } from '../../shared/view.ts';
import type { Answers, EngineContext, EnginePart } from './part.ts';
import { cableFiles, FabricFileReader } from './store/fabric-file.ts';

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
    this.#rows = this.#files.read(cableFiles(this.#context));
    const instant = polled ? this.#instant() : null;
    if (!instant) return;
    this.#memory.add(instant.leafRows(), now);
    const { topology, columns } = instant.current.frame;
    const errors = columns.get('port.errors')?.value;
    if (errors) this.#errors.add(topology.version, errors, now);
  }

  /** Leaves whose cables are known, as alerts see them; of the newest poll once `tick` heard of it. */
  leaves(): readonly AlertLeaf[] {
    const instant = this.#instant();
    return instant ? alertLeaves(instant.leafRows(), this.#memory.sinceOf) : [];
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
