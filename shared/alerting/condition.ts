/**
 * Conditions of rules: comparisons of quantities with numbers, joined by `and`, `or` and parentheses.
 *
 *     budget.use >= warn_ratio
 *     link.use > 95% and (link.wait > 5% or link.congested == 1)
 *     budget.use < warn_ratio - 2%
 *
 * A number may be a percentage; `warn_ratio` and `crit_ratio` stand for the settings. Names are those of quantities.ts,
 * in snake_case or as the catalogue has them.
 */
export const COMPARISONS = ['>=', '<=', '==', '!=', '>', '<'] as const;
export type Comparison = (typeof COMPARISONS)[number];

/** Settings that a condition may name. */
export const CONSTANTS = ['warn_ratio', 'crit_ratio'] as const;
export type ConstantName = (typeof CONSTANTS)[number];
export type Constants = Readonly<Record<ConstantName, number>>;

/** What a quantity is held against: a constant (or 0) plus a number. */
export interface Limit {
  readonly constant: ConstantName | null;
  readonly plus: number;
}

export type Condition =
  | { readonly kind: 'compare'; readonly quantity: string; readonly op: Comparison; readonly limit: Limit }
  | { readonly kind: 'and' | 'or'; readonly left: Condition; readonly right: Condition };

/** A condition that cannot be read; the column is counted from 1. */
export class ConditionError extends Error {
  override readonly name = 'ConditionError';
  readonly column: number;
  constructor(message: string, column: number) {
    super(message);
    this.column = column;
  }
}

interface Token {
  readonly text: string;
  readonly kind: 'name' | 'number' | 'sign' | 'end';
  readonly at: number;
}

const TOKEN = /\s*(?:([A-Za-z_][\w.]*)|((?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?%?)|(>=|<=|==|!=|>|<|\(|\)|\+|-))/y;

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const from = TOKEN.lastIndex;
    const found = TOKEN.exec(text);
    if (!found) {
      const at = from + (/\S/.exec(text.slice(from))?.index ?? 0);
      throw new ConditionError(`${JSON.stringify(text[at])} is not understood here`, at + 1);
    }
    const [, name, number, sign] = found;
    const word = name ?? number ?? sign;
    const kind = name !== undefined ? 'name' : number !== undefined ? 'number' : 'sign';
    tokens.push({ text: word, kind, at: TOKEN.lastIndex - word.length + 1 });
  }
  tokens.push({ text: 'the end', kind: 'end', at: text.trimEnd().length + 1 });
  return tokens;
}

/** `tempMargin` → `temp_margin`: one spelling. */
export const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** The deepest that parentheses may stand in one another. */
const DEEPEST = 20;

class Reader {
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;

  constructor(text: string) {
    this.#tokens = tokensOf(text);
  }

  all(): Condition {
    const condition = this.#either();
    this.#expect('end');
    return condition;
  }

  #peek(): Token {
    return this.#tokens[this.#next];
  }

  #take(): Token {
    const token = this.#peek();
    if (token.kind !== 'end') this.#next++;
    return token;
  }

  #expect(kind: 'end' | ')'): void {
    const token = this.#take();
    if (kind === 'end' ? token.kind !== 'end' : token.text !== kind)
      throw new ConditionError(
        kind === 'end' ? `"and" or "or" was expected, not ${token.text}` : '")" is missing',
        token.at,
      );
  }

  #either(): Condition {
    let left = this.#both();
    while (this.#peek().text === 'or') {
      this.#take();
      left = { kind: 'or', left, right: this.#both() };
    }
    return left;
  }

  #both(): Condition {
    let left = this.#one();
    while (this.#peek().text === 'and') {
      this.#take();
      left = { kind: 'and', left, right: this.#one() };
    }
    return left;
  }

  #one(): Condition {
    const token = this.#take();
    if (token.text === '(') {
      if (++this.#depth > DEEPEST) throw new ConditionError('The parentheses stand too deep', token.at);
      const inner = this.#either();
      this.#expect(')');
      this.#depth--;
      return inner;
    }
    if (token.kind !== 'name') throw new ConditionError(`A quantity was expected, not ${token.text}`, token.at);
    const op = this.#take();
    if (!(COMPARISONS as readonly string[]).includes(op.text))
      throw new ConditionError(`A comparison was expected after ${token.text}, not ${op.text}`, op.at);
    return { kind: 'compare', quantity: snakeCase(token.text), op: op.text as Comparison, limit: this.#limit() };
  }

  #limit(): Limit {
    const negative = this.#peek().text === '-' ? this.#take() : undefined;
    const token = this.#take();
    if (token.kind === 'number') return { constant: null, plus: (negative ? -1 : 1) * numberOf(token.text) };
    const constant = CONSTANTS.find((name) => name === token.text);
    if (negative || !constant) throw new ConditionError(`A number was expected, not ${token.text}`, token.at);
    const sign = this.#peek().text;
    if (sign !== '+' && sign !== '-') return { constant, plus: 0 };
    this.#take();
    const number = this.#take();
    if (number.kind !== 'number') throw new ConditionError(`A number was expected, not ${number.text}`, number.at);
    return { constant, plus: (sign === '-' ? -1 : 1) * numberOf(number.text) };
  }
}

const numberOf = (text: string) => (text.endsWith('%') ? Number(text.slice(0, -1)) / 100 : Number(text));

/** @throws ConditionError */
export function parseCondition(text: string): Condition {
  return new Reader(text).all();
}

/** Names of the quantities of a condition, in the order in which they stand. */
export function quantitiesOf(condition: Condition): readonly string[] {
  return condition.kind === 'compare'
    ? [condition.quantity]
    : [...new Set([...quantitiesOf(condition.left), ...quantitiesOf(condition.right)])];
}

/** The first comparison: what an alert's value and limit are told of. */
export function firstOf(condition: Condition): Extract<Condition, { kind: 'compare' }> {
  return condition.kind === 'compare' ? condition : firstOf(condition.left);
}

export const limitOf = ({ constant, plus }: Limit, constants: Constants) =>
  constant === null ? plus : constants[constant] + plus;

/** What a condition says of an object; unknown where nobody can tell. */
export const [NO, YES, UNKNOWN] = [0, 1, 2];

/** Float32 columns have 0.9 as 0.89999998: a limit is compared as what the column would hold. */
const LIMITS = new Float32Array(1);
const inColumn = (limit: number) => {
  LIMITS[0] = limit;
  return LIMITS[0];
};

/** What each comparison says of a value that is below its limit, at it, and above it. */
const SAYS: Readonly<Record<Comparison, readonly [below: number, at: number, above: number]>> = {
  '>': [NO, NO, YES],
  '>=': [NO, YES, YES],
  '<': [YES, NO, NO],
  '<=': [YES, YES, NO],
  '==': [NO, YES, NO],
  '!=': [YES, NO, YES],
};

/**
 * What a condition says of the objects [from, to) of columns, by index − from. A value that is not known makes its
 * comparison unknown; `false and unknown` is false, `true or unknown` is true (Kleene's logic), so that a port without
 * a wait counter is judged by its use. Goes through whole columns, since rules look at every object at every pass.
 *
 * @param column the values of a quantity by object; NaN, or missing: not known
 */
export function truthsOf(
  condition: Condition,
  column: (quantity: string) => ArrayLike<number>,
  constants: Constants,
  from: number,
  to: number,
): Uint8Array {
  if (condition.kind === 'compare')
    return compared(column(condition.quantity), condition.op, limitOf(condition.limit, constants), from, to);
  const truths = truthsOf(condition.left, column, constants, from, to);
  const others = truthsOf(condition.right, column, constants, from, to);
  const decided = condition.kind === 'and' ? NO : YES;
  for (let i = 0; i < truths.length; i++) {
    if (truths[i] === decided || others[i] === decided) truths[i] = decided;
    else if (others[i] === UNKNOWN) truths[i] = UNKNOWN;
  }
  return truths;
}

function compared(values: ArrayLike<number>, op: Comparison, exact: number, from: number, to: number): Uint8Array {
  const limit = values instanceof Float32Array ? inColumn(exact) : exact;
  const [below, at, above] = SAYS[op];
  const truths = new Uint8Array(to - from).fill(UNKNOWN);
  // A limit of then that nobody knows any more: every value would be neither above nor below it.
  if (Number.isNaN(limit)) return truths;
  const end = Math.min(to, values.length);
  for (let i = from; i < end; i++) {
    const value = values[i];
    if (Number.isNaN(value)) continue;
    truths[i - from] = value > limit ? above : value < limit ? below : at;
  }
  return truths;
}

/** Whether a condition can hold for nothing, since quantities that it needs are not read at all. */
export function holdsForNone(condition: Condition, column: (quantity: string) => ArrayLike<number>): boolean {
  if (condition.kind === 'compare') return column(condition.quantity).length === 0;
  const [left, right] = [condition.left, condition.right].map((one) => holdsForNone(one, column));
  return condition.kind === 'and' ? left || right : left && right;
}
