import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import type { ExportersSource } from '../../../shared/settings.ts';
import { FaultError, printable } from '../fault.ts';

/** One endpoint to scrape and the labels that it adds. */
export interface Target {
  readonly url: string;
  readonly labels: ReadonlyMap<string, string>;
}

const MOST_TARGETS = 200_000;

/** An address with its labels as Prometheus means them: __scheme__, __metrics_path__, __param_x, instance. */
export function targetOf(address: string, labels: Readonly<Record<string, string>>): Target {
  const scheme = labels.__scheme__ ?? 'http';
  const path = labels.__metrics_path__ ?? '/metrics';
  const query = new URLSearchParams();
  const own = new Map<string, string>();
  for (const [name, value] of Object.entries(labels)) {
    if (name.startsWith('__param_')) query.append(name.slice('__param_'.length), value);
    else if (!name.startsWith('__')) own.set(name, value);
  }
  const search = query.size > 0 ? `?${query}` : '';
  const url = `${scheme}://${address}${path.startsWith('/') ? '' : '/'}${path}${search}`;
  if (!URL.canParse(url))
    throw new FaultError(
      'bad-target',
      `${JSON.stringify(printable(address))} is no address`,
      'Write targets as host:port.',
    );
  if (!own.has('instance')) own.set('instance', address);
  return { url, labels: own };
}

/** Reads one Prometheus file_sd file, JSON or YAML. @throws FaultError that names the file */
export async function readFileSd(path: string): Promise<readonly Target[]> {
  const bad = (what: string) =>
    new FaultError(
      'file-sd',
      `${printable(path, 200)}: ${what}`,
      'It must be a Prometheus file_sd file: a list of {targets, labels}.',
    );
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw bad((error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : 'it cannot be read');
  }
  let groups: unknown;
  try {
    groups = path.endsWith('.json') ? JSON.parse(text) : parse(text, { maxAliasCount: 100 });
  } catch (error) {
    throw bad(printable((error as Error).message.split('\n', 1)[0] ?? '', 160));
  }
  if (!Array.isArray(groups)) throw bad('it is no list');
  const found: Target[] = [];
  groups.forEach((group: unknown, index) => {
    const { targets, labels } = (group ?? {}) as { targets?: unknown; labels?: unknown };
    if (!Array.isArray(targets)) throw bad(`entry ${index + 1} has no targets`);
    const own = Object.fromEntries(
      Object.entries((labels ?? {}) as object).map(([name, value]) => [name, String(value)]),
    );
    for (const address of targets) found.push(targetOf(String(address), own));
    if (found.length > MOST_TARGETS) throw bad(`it has more than ${MOST_TARGETS} targets`);
  });
  return found;
}

/** All targets of a source: its list and its files; the same URL twice is one target. */
export async function targetsOf(source: ExportersSource): Promise<readonly Target[]> {
  const listed = source.targets.map(({ url, labels }) => {
    const parsed = new URL(url);
    const path = parsed.pathname === '/' ? '/metrics' : parsed.pathname;
    return targetOf(parsed.host, {
      ...labels,
      __scheme__: parsed.protocol.slice(0, -1),
      __metrics_path__: `${path}${parsed.search}`,
    });
  });
  const filed = await Promise.all(source.files.map(readFileSd));
  return [...new Map([...listed, ...filed.flat()].map((target) => [target.url, target])).values()];
}
