import { type UnreadPorts, unreadPorts, unreadRacks } from '../recorded/ports.ts';
import type { LinkKind } from '../topology.ts';
import type { FleetInstant } from '../view.ts';
import { type FabricLayout, layFabric } from './cables.ts';
import type { CableRow } from './fabric-csv.ts';
import { type FabricMatrix, fieldOf, matrixOf, type SinceOf, type Whole, wholeOf } from './matrix.ts';
import type { Field } from './matrix-rows.ts';
import { type FabricOverview, stripsOf, summaryOf } from './overview.ts';
import { type AnyLinkKind, LINK_KINDS } from './reading.ts';

/** Cables that were written down, and what is wrong with their file. */
export interface FabricFile {
  readonly rows: readonly CableRow[];
  readonly problems: readonly string[];
}

interface Made {
  readonly field: Field;
  readonly whole: Whole;
}

/** Cables by kind of network, as they are laid in one topology. */
export type Laid = Map<LinkKind, FabricLayout>;

/** The matrices of one instant, each made when it is first asked for. */
export class FabricInstant {
  readonly current: Pick<FleetInstant, 'frame'>;
  readonly #file: FabricFile;
  readonly #sinceOf: SinceOf;
  readonly #laid: Laid;
  readonly #made = new Map<AnyLinkKind, Made>();

  constructor(current: Pick<FleetInstant, 'frame'>, file: FabricFile, sinceOf: SinceOf, laid: Laid = new Map()) {
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

  /** Leaves whose cables are known: what is remembered from poll to poll. */
  leafRows() {
    return (['infiniband', 'ethernet'] as const)
      .filter((kind) => this.layout(kind).cables.length > 0)
      .flatMap((kind) => this.make(kind).whole.rows.map((row) => ({ kind, row })));
  }

  overview(errors: FabricOverview['errors']): FabricOverview {
    const made = LINK_KINDS.map((kind) => ({ kind, ...this.make(kind) }));
    const rowsOf = (wanted: AnyLinkKind) => made.find(({ kind }) => kind === wanted)?.whole.rows;
    return {
      kinds: made.map(({ kind, field, whole }) =>
        summaryOf(
          matrixOf(kind, field, whole, ''),
          whole.rows,
          kind === 'ethernet' ? rowsOf('infiniband') : [],
          this.#unread(kind, field),
        ),
      ),
      strips: made.flatMap(({ kind, field, whole }) =>
        kind === 'nvlink' || kind === 'ethernet' ? stripsOf(kind, whole.rows, (row) => sizeOf(field, whole, row)) : [],
      ),
      errors,
      unreadRacks: unreadRacks(this.current.frame),
      problems: this.#file.problems,
    };
  }

  /** Where rows are racks those that are only recorded belong to them; leaves are read whoever looks at which rack. */
  #unread(kind: AnyLinkKind, { word, rows }: Field): UnreadPorts | undefined {
    if (word !== 'rack' || (kind !== 'infiniband' && kind !== 'ethernet')) return undefined;
    return unreadPorts(this.current.frame, kind, new Set(rows.map(({ key }) => key)));
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
