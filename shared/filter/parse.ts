import { compilePattern, type Pattern, PatternError } from '../pattern.ts';
import { FIELDS, type FieldName, fieldOf } from './fields.ts';

/**
 * The filter language: `util<5 & power>300 & rack~"A2.*"`.
 *
 *   or      = and { "|" and }
 *   and     = unary { "&" unary }
 *   unary   = "!" unary | "(" or ")" | field operator value
 *
 * `&` binds closer than `|`. Numbers are in the unit that the screen shows (`FIELDS`); text is compared whole (`=`), or
 * by an anchored RE2 pattern (`~`).
 */
export type Filter =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Filter[] }
  | { readonly kind: 'not'; readonly part: Filter }
  | { readonly kind: 'number'; readonly field: FieldName; readonly op: NumberOp; readonly value: number }
  | { readonly kind: 'text'; readonly field: FieldName; readonly is: boolean; readonly value: string | Pattern };

export type NumberOp = '<' | '<=' | '>' | '>=' | '=' | '!=';

/** A filter that cannot be read: what is wrong and at which column (from 1). */
export class FilterError extends Error {
  override readonly name = 'FilterError';
  readonly column: number;

  constructor(message: string, column: number) {
    super(message);
    this.column = column;
  }
}

interface Token {
  readonly kind: 'word' | 'text' | 'op' | 'end';
  readonly text: string;
  readonly column: number;
}

/** Deeper nesting is no filter that a person wrote. */
const DEEPEST = 32;
const TOKEN = /\s*(?:("(?:[^"\\]|\\.)*")|(<=|>=|!=|!~|[<>=~&|!()])|([^\s"<>=~&|!()]+))/y;

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const from = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (!match) {
      const rest = text.slice(from);
      if (rest.trim() === '') break;
      throw new FilterError('A quotation mark is missing at the end', from + rest.search(/\S/) + 1);
    }
    const [whole, quoted, op, word] = match;
    const column = from + whole.length - (quoted ?? op ?? word).length + 1;
    if (quoted !== undefined) tokens.push({ kind: 'text', text: quoted.slice(1, -1).replace(/\\(.)/g, '$1'), column });
    else tokens.push(op !== undefined ? { kind: 'op', text: op, column } : { kind: 'word', text: word, column });
  }
  tokens.push({ kind: 'end', text: '', column: text.length + 1 });
  return tokens;
}

/** Reads a filter; null for an empty one. @throws FilterError */
export function parseFilter(text: string): Filter | null {
  const tokens = tokensOf(text);
  if (tokens.length === 1) return null;
  const reader = new Reader(tokens);
  const filter = reader.or(0);
  const rest = reader.next();
  if (rest.kind !== 'end') throw new FilterError(`Write & or | before ${told(rest)}`, rest.column);
  return filter;
}

const told = ({ kind, text }: Token) => (kind === 'end' ? 'the end' : JSON.stringify(text));

class Reader {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  next(): Token {
    return this.#tokens[Math.min(this.#at++, this.#tokens.length - 1)];
  }

  #takes(op: string): boolean {
    const token = this.#tokens[this.#at];
    if (token?.kind !== 'op' || token.text !== op) return false;
    this.#at++;
    return true;
  }

  or(depth: number): Filter {
    const parts = [this.#and(depth)];
    while (this.#takes('|')) parts.push(this.#and(depth));
    return parts.length === 1 ? parts[0] : { kind: 'or', parts };
  }

  #and(depth: number): Filter {
    const parts = [this.#unary(depth)];
    while (this.#takes('&')) parts.push(this.#unary(depth));
    return parts.length === 1 ? parts[0] : { kind: 'and', parts };
  }

  #unary(depth: number): Filter {
    const { column } = this.#tokens[this.#at];
    if (depth > DEEPEST) throw new FilterError('Too many brackets', column);
    if (this.#takes('!')) return { kind: 'not', part: this.#unary(depth + 1) };
    if (this.#takes('(')) {
      const inner = this.or(depth + 1);
      const end = this.next();
      if (end.kind !== 'op' || end.text !== ')') throw new FilterError(`Write ) before ${told(end)}`, end.column);
      return inner;
    }
    return this.#comparison();
  }

  #comparison(): Filter {
    const name = this.next();
    if (name.kind !== 'word') throw new FilterError(`Write a quantity or a name instead of ${told(name)}`, name.column);
    const field = fieldOf(name.text);
    if (!field)
      throw new FilterError(`There is no ${JSON.stringify(name.text)}. Try ${nearest(name.text)}`, name.column);
    const op = this.next();
    const value = this.next();
    if (value.kind !== 'word' && value.kind !== 'text')
      throw new FilterError(`Write a value instead of ${told(value)}`, value.column);
    return field.text ? textOf(field.name, op, value) : numberOf(field.name, field.unit, op, value);
  }
}

const NUMBER_OPS: readonly string[] = ['<', '<=', '>', '>=', '=', '!='];

function numberOf(field: FieldName, unit: string, op: Token, value: Token): Filter {
  if (op.kind !== 'op' || !NUMBER_OPS.includes(op.text))
    throw new FilterError(`${field} is a number: compare it by < <= > >= = or !=`, op.column);
  const [, digits, suffix = ''] = /^([-+]?\d+(?:\.\d+)?)(.*)$/.exec(value.text) ?? [];
  if (digits === undefined) throw new FilterError(`${told(value)} is not a number`, value.column);
  if (suffix !== '' && suffix !== unit) {
    const mend = unit === '' ? 'it has no unit' : `it is in ${unit}`;
    throw new FilterError(`${JSON.stringify(suffix)} is not the unit of ${field}: ${mend}`, value.column);
  }
  return { kind: 'number', field, op: op.text as NumberOp, value: Number(digits) };
}

function textOf(field: FieldName, op: Token, value: Token): Filter {
  const is = op.text === '=' || op.text === '~';
  if (op.kind !== 'op' || !(is || op.text === '!=' || op.text === '!~'))
    throw new FilterError(`${field} is a name: compare it by = != ~ or !~`, op.column);
  if (!op.text.endsWith('~')) return { kind: 'text', field, is, value: value.text };
  try {
    return { kind: 'text', field, is, value: compilePattern(value.text) };
  } catch (error) {
    if (error instanceof PatternError) throw new FilterError(error.message, value.column);
    throw error;
  }
}

/** Names that begin alike, else some that everybody needs. */
function nearest(text: string): string {
  const near = FIELDS.filter(({ name }) => name[0] === text[0]?.toLowerCase()).map(({ name }) => name);
  return (near.length > 0 ? near : ['power', 'util', 'temp', 'rack']).slice(0, 4).join(', ');
}
