import { SnapshotRefused } from './refused.ts';

/**
 * What a part of a snapshot has to look like. Not zod: the page and the report read snapshots too, and their policy
 * allows no code made of text.
 */
export type Shape<Value> = (value: unknown, at: string) => Value;

const wrong = (at: string, wanted: string) => new SnapshotRefused('malformed', `${at} is not ${wanted}`);

/** A text of at most so many characters. */
export const text =
  (most = 4096): Shape<string> =>
  (value, at) => {
    if (typeof value !== 'string' || value.length > most) throw wrong(at, `a text of at most ${most} characters`);
    return value;
  };

export const number =
  (min = -Number.MAX_VALUE, max = Number.MAX_VALUE): Shape<number> =>
  (value, at) => {
    if (typeof value !== 'number' || !(value >= min && value <= max)) throw wrong(at, 'a number in its range');
    return value;
  };

export const whole =
  (min: number, max: number): Shape<number> =>
  (value, at) => {
    if (!Number.isInteger(value) || !((value as number) >= min && (value as number) <= max))
      throw wrong(at, `a whole number from ${min} to ${max}`);
    return value as number;
  };

export const flag: Shape<boolean> = (value, at) => {
  if (typeof value !== 'boolean') throw wrong(at, 'true or false');
  return value;
};

export const oneOf =
  <const Value extends string>(...values: readonly Value[]): Shape<Value> =>
  (value, at) => {
    if (!values.includes(value as Value)) throw wrong(at, `one of ${values.join(', ')}`);
    return value as Value;
  };

export const orNull =
  <Value>(shape: Shape<Value>): Shape<Value | null> =>
  (value, at) =>
    value === null ? null : shape(value, at);

export const list =
  <Value>(shape: Shape<Value>, most: number): Shape<readonly Value[]> =>
  (value, at) => {
    if (!Array.isArray(value) || value.length > most) throw wrong(at, `a list of at most ${most}`);
    value.forEach((one, i) => {
      shape(one, `${at}[${i}]`);
    });
    return value as readonly Value[];
  };

/** An object with these fields and no others. */
export const fields =
  <Shapes extends Readonly<Record<string, Shape<unknown>>>>(
    shapes: Shapes,
  ): Shape<{ readonly [Name in keyof Shapes]: ReturnType<Shapes[Name]> }> =>
  (value, at) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(at, 'an object');
    const names = Object.keys(value);
    for (const name of names)
      if (!Object.hasOwn(shapes, name)) throw wrong(at, `without ${JSON.stringify(name.slice(0, 40))}`);
    for (const name of Object.keys(shapes)) {
      if (!names.includes(name)) throw wrong(at, `whole: ${name} is missing`);
      shapes[name]((value as Record<string, unknown>)[name], `${at}.${name}`);
    }
    return value as { readonly [Name in keyof Shapes]: ReturnType<Shapes[Name]> };
  };

/** Names to texts, as of labels. */
export const texts =
  (most: number, length = 4096): Shape<Readonly<Record<string, string>>> =>
  (value, at) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(at, 'an object');
    const entries = Object.entries(value);
    if (entries.length > most) throw wrong(at, `of at most ${most} entries`);
    for (const [name, one] of entries) text(length)(one, `${at}.${name.slice(0, 40)}`);
    return value as Readonly<Record<string, string>>;
  };

/** Any JSON: of parts that Fleetwatt only shows as text. Its depth and size are limited before. */
export const anything: Shape<unknown> = (value) => value;
