import type { LinkRow } from '../../shared/fabric/rows.ts';
import { HALL } from '../../shared/topology.ts';
import type { FleetView } from '../../shared/view.ts';
import type { JobRow } from '../../shared/work/report.ts';

/** What `summary` tells beside totals. Watts by the path of the place; what is not known is left out, never 0. */
export interface Outlook {
  readonly feeds: readonly {
    readonly rack: string;
    readonly name: string;
    readonly drawW: number | null;
    readonly budgetW: number | null;
    readonly breakerUse: number | null;
    readonly quality: string;
  }[];
  readonly headroomW: Readonly<Record<string, number>>;
  readonly strandedW: Readonly<Record<string, number>>;
  readonly links: readonly Omit<LinkRow, 'place'>[];
  readonly jobs: readonly JobRow[];
  readonly tokensPerJoule: Readonly<Record<string, number>>;
}

const DAY_MS = 86_400_000;
const MOST_LINKS = 1000;
/** Links without a trouble that are listed all the same, the fullest. */
const MOST_USED = 50;

/** The outlook of a fleet by what its view answers to anybody. */
export function outlookOf(view: FleetView): Outlook {
  const { path, start } = view.layout() ?? { path: [], start: [0, 0] };
  const headroomW: Record<string, number> = Object.create(null);
  const strandedW: Record<string, number> = Object.create(null);
  const feeds: Outlook['feeds'][number][] = [];
  for (let site = 0; site < start[HALL]; site++) {
    const report = view.power({ place: site, windowMs: DAY_MS });
    for (const row of report ? [report.place, ...report.under] : []) {
      if (row.headroomW !== null) headroomW[path[row.place]] = row.headroomW;
      if (row.strandedW !== null) strandedW[path[row.place]] = row.strandedW;
    }
    for (const { rack, name, drawW, budgetW, breakerUse, quality } of report?.feeds ?? [])
      feeds.push({ rack: path[rack], name, drawW, budgetW, breakerUse, quality });
  }
  const { jobs, tokens } = view.work({ under: -1 });
  const links = view.links({ under: -1, kinds: [], most: MOST_LINKS });
  const used = links.filter(({ troubles }) => troubles.length === 0).sort((a, b) => (b.use ?? -1) - (a.use ?? -1));
  const shown = [...links.filter(({ troubles }) => troubles.length > 0), ...used.slice(0, MOST_USED)];
  const models = tokens.flatMap(({ model, rack, tokensPerJoule }) =>
    rack === '' && tokensPerJoule !== null ? [[model, tokensPerJoule] as const] : [],
  );
  return {
    ...{ feeds, headroomW, strandedW },
    links: shown.map(({ place: _place, ...row }) => row),
    jobs,
    tokensPerJoule: Object.fromEntries(models),
  };
}
