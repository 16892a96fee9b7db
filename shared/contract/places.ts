import { z } from 'zod';
import type { LineError } from '../csv.ts';
import type { PlacedBy } from '../mapping.ts';
import { mappingSchema } from '../settings.ts';
import type { TopologyConflict } from '../topology-merge.ts';

/** Calls of places: mappings, topology.csv, budgets.csv, and who changed them. */

/** Who signs a change, as he calls himself; the role is the token's. */
const who = z.string().trim().max(100).default('');
/** Tells that a file is still what the viewer saw. */
const stamp = z.string().max(200);
const mappings = z.array(mappingSchema).max(50);
const watts = z.number().min(0).max(1e12).nullable();

const budgetLine = z.strictObject({
  /** Path, as PDX-1/A/A2. */
  place: z
    .string()
    .trim()
    .min(1)
    .max(500)
    .regex(/^[^/\n\r]+(\/[^/\n\r]+){0,3}$/, 'A place is a path of up to four names, as PDX-1/A/A2'),
  budgetW: watts,
  feedAW: watts,
  feedBW: watts,
  derate: z.number().gt(0, 'A derate is above 0 and at most 1').max(1, 'A derate is above 0 and at most 1'),
  /** 1 last … 9 first; 0: nobody says. */
  priority: z.number().int().min(0).max(9),
});
export type BudgetLine = z.output<typeof budgetLine>;

/** What an import does with what it meets. */
const importOptions = {
  /** Name of the upload, made by the viewer. */
  upload: z.string().regex(/^[a-z0-9-]{1,40}$/),
  /** Who wins where file and import disagree. */
  prefer: z.enum(['file', 'import']),
  /** Nodes and racks that no imported document names go. */
  drop: z.boolean(),
  /**
   * Name of the uploaded document that has lines of the file as they were before someone edited them: what is emptied in
   * them, or taken out, goes. Without it what is empty says nothing.
   */
  edited: z.string().max(200).optional(),
};

/** name → who may call it, and how its argument is parsed. */
export const placeCalls = {
  /** Where nodes stand and why, what nobody placed, conflicts, and what is wrong with the files. */
  placesReport: { role: 'read', arg: z.strictObject({}) },
  /** What mappings would do to the live nodes; nothing is changed. */
  previewMappings: { role: 'read', arg: z.strictObject({ mappings }) },
  saveMappings: { role: 'operate', arg: z.strictObject({ mappings, base: mappings, who }) },
  /** Budgets in effect, by place. */
  budgetLines: { role: 'read', arg: z.strictObject({}) },
  /** Lines of budgets.csv: those of places that are not named stay; null takes a line out. */
  saveBudgets: {
    role: 'operate',
    arg: z.strictObject({
      stamp,
      lines: z.array(budgetLine).max(5000),
      remove: z.array(z.string().max(500)).max(5000),
      who,
    }),
  },
  /** Budgets of a CSV text against those of the file: nothing is changed. */
  readBudgets: { role: 'operate', arg: z.strictObject({ text: z.string().max(500_000) }) },
  /** A part of a document to be imported; `first` begins it. At most 64 MiB in all. */
  putImport: {
    role: 'operate',
    arg: z.strictObject({
      upload: importOptions.upload,
      name: z.string().min(1).max(200),
      text: z.string().max(150_000),
      first: z.boolean(),
    }),
  },
  previewImport: { role: 'operate', arg: z.strictObject(importOptions) },
  saveImport: { role: 'operate', arg: z.strictObject({ ...importOptions, stamp, who }) },
  /** topology.csv as it would be written for a spreadsheet; '' where there is none. */
  topologyText: { role: 'read', arg: z.strictObject({}) },
  /** The newest changes first; `before` pages. */
  placeChanges: {
    role: 'read',
    arg: z.strictObject({
      before: z.number().int().min(0).optional(),
      most: z.number().int().min(1).max(500).default(100),
    }),
  },
} as const;

export interface PlaceFileState {
  readonly stamp: string;
  readonly rows: number;
  readonly racks: number;
  readonly errors: readonly (LineError & { readonly file: string })[];
}

/** A node by its name, with what may place it. */
export interface UnplacedNode {
  readonly site: string;
  readonly host: string;
  readonly gpus: number;
  /** "name=value" of its labels, the telling ones first. */
  readonly labels: readonly string[];
}

/** Two words on where a node stands: the first counts. */
export interface PlaceConflict {
  readonly node: string;
  readonly kept: string;
  readonly keptBy: PlacedBy;
  readonly other: string;
  readonly otherBy: PlacedBy;
}

export interface PlacesReport {
  readonly topology: PlaceFileState;
  readonly nodes: number;
  readonly gpus: number;
  /** Nodes by what placed them. */
  readonly placedBy: Readonly<Record<PlacedBy, number>>;
  /** At most 2,000 of them. */
  readonly unplaced: readonly UnplacedNode[];
  readonly unplacedGpus: number;
  /** At most 1,000 of them, and how many there are. */
  readonly conflicts: readonly PlaceConflict[];
  readonly conflictCount: number;
  /** Addresses of targets behind which several machines are told of: what does not name its machine there is none of them. */
  readonly sharedAddresses: readonly {
    readonly site: string;
    readonly address: string;
    readonly hosts: readonly string[];
  }[];
}

/** What one mapping does. */
export interface MappingEffect {
  /** Why the pattern cannot be used; '' where it can. */
  readonly error: string;
  /** Nodes whose label it matches, and those that it places: nothing before it does. */
  readonly matched: number;
  readonly placed: number;
}

export interface MappingPreview {
  readonly mappings: readonly MappingEffect[];
  readonly nodes: number;
  readonly gpus: number;
  /** Nodes and GPUs that no word places, now and then. */
  readonly unplacedNow: number;
  readonly unplacedThen: number;
  readonly unplacedGpusThen: number;
  /** Nodes that would stand elsewhere, at most 200, and how many there are. */
  readonly moved: readonly {
    readonly node: string;
    /** What the mapping looked at. */
    readonly text: string;
    readonly before: string;
    readonly after: string;
    readonly by: PlacedBy;
    readonly mapping: number;
  }[];
  readonly movedCount: number;
  /** Racks by their path with the nodes that they have now and would have then, in floor order; at most 2,000, changed ones before others. */
  readonly racks: readonly RackPreview[];
}

/** One rack of a preview: site, hall, row and its own name, and nodes now and as it would be. */
export interface RackPreview {
  readonly path: readonly [site: string, hall: string, row: string, rack: string];
  readonly before: number;
  readonly after: number;
}

export interface BudgetLines {
  readonly stamp: string;
  readonly lines: readonly (BudgetLine & {
    /** It stands in budgets.csv of the profile, which may be edited here; else in a source's own file. */
    readonly own: boolean;
  })[];
  readonly errors: readonly (LineError & { readonly file: string })[];
}

/** What a CSV text of budgets says. */
export interface BudgetsRead {
  readonly lines: readonly BudgetLine[];
  readonly errors: readonly LineError[];
}

export interface ImportPreview {
  readonly stamp: string;
  readonly documents: readonly { readonly name: string; readonly nodes: number; readonly racks: number }[];
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  readonly same: number;
  /** "A2-05-n03: rack A2-05 → A2-06", at most 200. */
  readonly changes: readonly string[];
  readonly errors: readonly (LineError & { readonly file: string })[];
  /** Devices left out, at most 200, and how many there are. */
  readonly skipped: readonly string[];
  readonly skippedCount: number;
  readonly conflicts: readonly TopologyConflict[];
  readonly conflictCount: number;
}

/** One change of the log. */
export interface PlaceChange {
  readonly seq: number;
  readonly time: number;
  /** '' for a file that was changed outside. */
  readonly who: string;
  readonly role: string;
  readonly file: string;
  /** "3 rows changed, 1 added". */
  readonly what: string;
  /** At most 20 of them, "PDX-1/A/A2 budget 1,000 → 1,100 kW". */
  readonly details: readonly string[];
}

export interface PlaceCallResults {
  placesReport: PlacesReport;
  previewMappings: MappingPreview;
  saveMappings: null;
  budgetLines: BudgetLines;
  saveBudgets: null;
  readBudgets: BudgetsRead;
  putImport: null;
  previewImport: ImportPreview;
  saveImport: null;
  topologyText: string;
  placeChanges: readonly PlaceChange[];
}
