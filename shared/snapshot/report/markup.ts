import { printable } from '../../printable.ts';

/** Text that is HTML or SVG already. Only `markup` makes it, so that nothing foreign gets in unescaped. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = Markup | readonly Markup[] | string | number;

const MOST = 4000;
const SPECIAL: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Foreign text for a page: control and bidirectional characters as escapes, nothing that a parser takes for its own. */
const escaped = (text: string) => printable(text, MOST).replace(/[&<>"']/g, (char) => SPECIAL[char]);

/** HTML of a template: every value in it is escaped, but for what `markup` made. */
export function markup(parts: TemplateStringsArray, ...values: readonly Part[]): Markup {
  let text = parts[0];
  values.forEach((value, i) => {
    if (value instanceof Markup) text += value.text;
    else if (Array.isArray(value)) for (const one of value as readonly Markup[]) text += one.text;
    else text += escaped(String(value));
    text += parts[i + 1];
  });
  return new Markup(text);
}

export const NOTHING = new Markup('');
