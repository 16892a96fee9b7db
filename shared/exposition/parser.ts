import { Collector, defaultLimits, type Limits, type ParsedExposition } from './collector.ts';
import { Cursor } from './cursor.ts';
import { readOpenMetrics } from './openmetrics.ts';
import { readText } from './text.ts';

export type Format = 'prometheus' | 'openmetrics';

/**
 * Reads a whole exposition as Prometheus's scrape parser does.
 * @throws DecodeError with line and column where the body is not in the format or beyond a limit
 */
export function parseExposition(bytes: Uint8Array, format: Format, limits: Limits = defaultLimits): ParsedExposition {
  const cursor = new Cursor(bytes);
  if (bytes.length > limits.maxBytes)
    cursor.fail(`The body has ${bytes.length} bytes; at most ${limits.maxBytes} are read`);
  const collector = new Collector(limits);
  if (format === 'openmetrics') readOpenMetrics(cursor, collector);
  else readText(cursor, collector);
  return collector.finish();
}

/** The format that a Content-Type names; Prometheus text where it names none. */
export function formatOf(contentType: string | undefined): Format {
  return /^\s*application\/openmetrics-text\s*(;|$)/i.test(contentType ?? '') ? 'openmetrics' : 'prometheus';
}
