import { faultOf } from '../link/link.ts';

/**
 * What stands in the place of an answer that is not there: that it is on its way, or why it did not come and what to do.
 *
 * @param words said while it is on its way
 */
export function waiting({ error }: { readonly error: unknown }, words = 'Loading'): string {
  if (!error) return words;
  const { message, hint } = faultOf(error);
  return `${message} ${hint}`.trim();
}
