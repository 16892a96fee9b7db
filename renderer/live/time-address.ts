/** Beyond this a date is none (ECMAScript's own limit). */
const MOST = 8.64e15;

/** RFC 3339 with a zone, seconds may be left out. */
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/;

/** The time that an address is about (`t=2026-11-23T14:12:00Z`, or epoch ms); null where it says none, or nothing sensible. */
export function timeOfHash(hash: string): number | null {
  return timeOfText(new URLSearchParams(hash.split('?', 2)[1] ?? '').get('t'));
}

/** A time as it stands in an address; null for what is none. */
export function timeOfText(text: string | null | undefined): number | null {
  if (!text) return null;
  // Date.parse by itself takes "-5" for a month of 2001.
  const time = /^\d{10,16}$/.test(text) ? Number(text) : ISO.test(text) ? Date.parse(text) : Number.NaN;
  return time >= 0 && time <= MOST ? time : null;
}

/** A time as it stands in an address: in UTC, to the second where it is a whole one. */
export const textOfTime = (time: number): string => new Date(time).toISOString().replace('.000', '');

/** The same address at a time; at null it is of now. */
export function hashAt(hash: string, time: number | null): string {
  const [path = '', query = ''] = hash.split('?', 2);
  const params = new URLSearchParams(query);
  params.delete('t');
  if (time !== null) params.set('t', textOfTime(time));
  // Colons may stand in a fragment as they are: a time is to be read by people too.
  const text = params.toString().replaceAll('%3A', ':');
  return `${path === '' ? '#/' : path}${text === '' ? '' : `?${text}`}`;
}
