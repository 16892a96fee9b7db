import { type Document, isNode, LineCounter, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import type { LineError } from '../csv.ts';
import { type SignalId, signals } from './catalogue.ts';
import { type Mapping, mapping, type Profile } from './profile.ts';

/**
 * A profile of the user's own, `profiles/*.yaml` in the profile folder. One document is one profile:
 *
 *     id: my-exporter            # that of a built-in profile overrides its mappings of the same signals
 *     title: My exporter         # optional
 *     identity:                  # optional: labels that name the objects, as in profile.ts
 *       gpu: { id: [uuid], index: [index], model: [name] }
 *     mappings:
 *       - signal: gpu.power      # a signal of the catalogue
 *         names: [my_gpu_milliwatts]
 *         scale: 0.001           # into the signal's unit; 1 where it is left out
 *
 * Everything else of a mapping (kind, rank, rows, parts, where, unless, link, absentUpTo, pegged, decimals, per,
 * quality, enable) is optional and means what profile.ts says.
 */
export interface UserProfiles {
  readonly profiles: readonly Profile[];
  /** What is wrong with the text, at most 20; a document with an error gives no profile. */
  readonly errors: readonly LineError[];
}

const MOST_ERRORS = 20;
const LONGEST = 1_000_000;

/** A pattern that both Prometheus (RE2) and we can read: no look-around, no back-references. */
const isPattern = (text: string): boolean => {
  if (/\(\?(?!:)|\\[1-9]/.test(text)) return false;
  try {
    return new RegExp(`^(?:${text})$`) instanceof RegExp;
  } catch {
    return false;
  }
};

const metric = z.string().regex(/^[a-zA-Z_:][a-zA-Z0-9_:]{0,199}$/, 'is no metric name');
const label = z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]{0,99}$/, 'is no label name');
const labels = z.array(label).max(20);
const pattern = z
  .string()
  .max(1000)
  .refine((text) => isPattern(text) && !/\p{Cc}/u.test(text), 'is no regular expression without look-around');
const conditions = z.record(label, pattern);
const ids = signals.map(({ id }) => id) as [SignalId, ...SignalId[]];
const kindOf = new Map(signals.map(({ id, kind }) => [id, kind]));

const mappingSchema = z
  .strictObject({
    signal: z.enum(ids, 'is no signal of the catalogue'),
    names: z.array(metric).min(1).max(20),
    kind: z.enum(['gauge', 'counter']).optional(),
    scale: z
      .number()
      .refine((scale) => scale !== 0, 'must not be 0')
      .optional(),
    rank: z.int().min(0).max(100).optional(),
    rows: z.enum(['max', 'min', 'first', 'sum', 'only']).optional(),
    parts: labels.optional(),
    where: conditions.optional(),
    unless: conditions.optional(),
    link: z.enum(['ethernet', 'infiniband']).optional(),
    absentUpTo: z.number().optional(),
    pegged: z.union([z.number(), z.record(metric, z.number())]).optional(),
    decimals: z
      .strictObject({ names: z.array(metric).min(1).max(5), otherwise: z.int().min(0).max(9).optional() })
      .optional(),
    per: z.array(metric).min(1).max(5).optional(),
    quality: z.enum(['derived', 'assumed']).optional(),
    enable: z.string().max(500).optional(),
  })
  .refine(({ signal, link }) => !['link', 'port'].includes(kindOf.get(signal) ?? '') || link !== undefined, {
    message: 'A signal of a link or of a switch’s port needs link: ethernet or link: infiniband',
  })
  .refine(({ signal }) => !['place', 'work'].includes(kindOf.get(signal) ?? ''), {
    message: 'Only the recording rules of Fleetwatt tell signals of places and of their work',
  })
  .refine(({ per, decimals }) => per === undefined || decimals === undefined, {
    message: 'per and decimals do not go together',
  })
  .refine(({ names, per = [] }) => !per.some((name) => names.includes(name)), {
    message: 'per has a metric of names: its value would always be 1',
  })
  .refine(({ rows, parts }) => rows !== 'sum' || (parts ?? []).length > 0, {
    message: 'rows: sum needs parts, the labels in which the rows to be added differ',
  });

/** Built-in profiles of inference servers know them by labels of their own. */
const SERVERS = new Set(['vllm', 'sglang', 'tgi', 'triton']);

const profileSchema = z
  .strictObject({
    id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'may have small letters, digits and dashes only'),
    title: z.string().min(1).max(200).optional(),
    source: z.string().max(500).optional(),
    identity: z
      .strictObject({
        gpu: z
          .strictObject({
            id: labels,
            idPrefix: z.string().max(50).optional(),
            index: labels,
            model: labels,
            partition: label.optional(),
            placement: labels.optional(),
          })
          .optional(),
        node: z.strictObject({ labels: labels.optional(), strip: pattern.optional() }).optional(),
        link: z.strictObject({ device: labels.min(1), port: labels.optional() }).optional(),
        feed: z.strictObject({ pdu: labels, unit: labels, inlet: labels }).optional(),
        server: z.strictObject({ model: labels }).optional(),
      })
      .optional(),
    info: z.array(metric).max(20).optional(),
    mappings: z.array(mappingSchema).min(1).max(500),
  })
  .refine(
    ({ id, identity, mappings }) =>
      SERVERS.has(id) || identity?.server || mappings.every(({ signal }) => kindOf.get(signal) !== 'server'),
    { message: 'Signals of a server need identity: { server: { model: [LABEL] } }' },
  );

/** Reads one file. Nothing is thrown: what is wrong stands in `errors` with its line and column, from 1. */
export function parseUserProfiles(text: string): UserProfiles {
  if (text.length > LONGEST) {
    return { profiles: [], errors: [{ line: 1, column: 1, message: 'The file is larger than 1 MB' }] };
  }
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, logLevel: 'silent' });
  const errors: LineError[] = [];
  const profiles: Profile[] = [];
  const at = (offset: number, message: string) => {
    const { line, col } = lines.linePos(offset);
    if (errors.length < MOST_ERRORS) errors.push({ line, column: col, message });
  };
  for (const document of Array.isArray(documents) ? documents : []) {
    const before = errors.length;
    for (const error of document.errors) at(error.pos[0], error.message);
    if (errors.length === before) read(document, at, profiles);
  }
  if (errors.length === 0 && profiles.length === 0) at(0, 'The file has no profile');
  return { profiles, errors };
}

function read(document: Document, at: (offset: number, message: string) => void, profiles: Profile[]): void {
  let plain: unknown;
  try {
    plain = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    at(document.contents?.range?.[0] ?? 0, error instanceof Error ? error.message : String(error));
    return;
  }
  const checked = profileSchema.safeParse(plain);
  if (checked.success) {
    profiles.push(profileOf(checked.data));
    return;
  }
  for (const issue of checked.error.issues) {
    const path = issue.path.filter((key) => typeof key !== 'symbol');
    const name = path.filter((key) => typeof key === 'string').at(-1);
    at(offsetOf(document, path), name === undefined ? issue.message : `${name}: ${issue.message}`);
  }
}

/** Where the value of a path stands in the text; one that is missing, where the nearest that is there begins. */
function offsetOf(document: Document, path: readonly (string | number)[]): number {
  for (let length = path.length; length > 0; length--) {
    const found = document.getIn(path.slice(0, length), true);
    if (isNode(found) && found.range) return found.range[0];
  }
  return document.contents?.range?.[0] ?? 0;
}

function profileOf({
  id,
  title = id,
  source = 'profile of the user',
  identity = {},
  info,
  mappings,
}: z.infer<typeof profileSchema>): Profile {
  const made = mappings.map(
    ({ names, signal, enable = `Scrape ${names[0]}`, ...more }): Mapping =>
      mapping(names, signal, enable, defined(more)),
  );
  return { id, title, source, identity: defined(identity), mappings: made, ...(info ? { info } : {}) } as Profile;
}

/** Without the keys that are undefined. */
function defined<Value extends object>(value: Value): { [Key in keyof Value]: Exclude<Value[Key], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as {
    [Key in keyof Value]: Exclude<Value[Key], undefined>;
  };
}

/**
 * The user's profiles and the built-in ones as one list. One of a built-in id takes that one's place for the signals
 * that it maps, and for identity where it gives any; any other stands before the built-in ones.
 */
export function withUserProfiles(own: readonly Profile[], builtIn: readonly Profile[]): readonly Profile[] {
  const mine = new Map<string, Profile>();
  for (const profile of own) {
    // Files of one id are one profile.
    const { mappings = [] } = mine.get(profile.id) ?? {};
    mine.set(profile.id, { ...profile, mappings: [...mappings, ...profile.mappings] });
  }
  const merged = builtIn.map((profile) => {
    const over = mine.get(profile.id);
    mine.delete(profile.id);
    return over ? overridden(profile, over) : profile;
  });
  return [...mine.values(), ...merged];
}

function overridden(base: Profile, over: Profile): Profile {
  const mapped = new Set(over.mappings.map(({ signal }) => signal));
  return {
    ...base,
    identity: { ...base.identity, ...over.identity },
    info: [...(base.info ?? []), ...(over.info ?? [])],
    mappings: [...over.mappings, ...base.mappings.filter(({ signal }) => !mapped.has(signal))],
  };
}
