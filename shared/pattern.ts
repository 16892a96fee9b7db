import { RE2JS } from 're2js';

/**
 * A regular expression as Prometheus and Alertmanager understand one: RE2, fully anchored. It takes time linear in the
 * text whatever the expression is, so one that comes from outside cannot hang the engine.
 */
export interface Pattern {
  readonly source: string;
  matches(text: string): boolean;
}

/** Longer expressions are refused: nobody writes them by hand, and compiling costs memory. */
const MOST = 1000;

/** A pattern that cannot be read; the message says why in words for a person. */
export class PatternError extends Error {
  override readonly name = 'PatternError';
}

/** @throws PatternError */
export function compilePattern(source: string): Pattern {
  if (source.length > MOST) throw new PatternError(`A pattern has at most ${MOST} characters`);
  try {
    const compiled = RE2JS.compile(source, RE2JS.DOTALL);
    return { source, matches: (text) => compiled.matches(text) };
  } catch (error) {
    throw new PatternError((error as Error).message.replace(/^error parsing regexp: /, ''));
  }
}

/** A pattern that is looked for anywhere in a text and gives its named groups. */
export interface Finder {
  readonly groups: readonly string[];
  /** Named groups of the first match, those that took part in it; undefined where there is none. */
  find(text: string): Readonly<Record<string, string>> | undefined;
}

/** @throws PatternError */
export function compileFinder(source: string): Finder {
  if (source.length > MOST) throw new PatternError(`A pattern has at most ${MOST} characters`);
  try {
    const compiled = RE2JS.compile(source);
    const groups = Object.keys(compiled.namedGroups());
    return {
      groups,
      find: (text) => {
        const matcher = compiled.matcher(text);
        if (!matcher.find()) return undefined;
        return Object.fromEntries(groups.map((name) => [name, matcher.group(name) ?? '']));
      },
    };
  } catch (error) {
    throw new PatternError((error as Error).message.replace(/^error parsing regexp: /, ''));
  }
}
