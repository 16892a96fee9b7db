import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The real programs that specs can run against: their names on PATH (Debian's first, then upstream's) and package. */
const PROGRAMS = {
  prometheus: { names: ['prometheus'], package: 'prometheus' },
  promtool: { names: ['promtool'], package: 'prometheus' },
  alertmanager: { names: ['prometheus-alertmanager', 'alertmanager'], package: 'prometheus-alertmanager' },
  nodeExporter: { names: ['prometheus-node-exporter', 'node_exporter'], package: 'prometheus-node-exporter' },
  chromium: { names: ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'], package: 'chromium' },
  firefox: { names: ['firefox-esr', 'firefox'], package: 'firefox-esr' },
  victoriaMetrics: { names: ['victoria-metrics', 'victoria-metrics-prod'], package: 'victoria-metrics' },
} as const;

export type RealProgram = keyof typeof PROGRAMS;

/** Either where the program is, or why specs that need it are skipped. */
export type Availability =
  | { readonly path: string; readonly skip: null }
  | { readonly path: null; readonly skip: string };

/**
 * Looks for a real program on PATH.
 * @throws Error when it is missing and FLEETWATT_REQUIRE_REAL is set, as in CI, where a skip would hide a failure
 */
export function requireReal(program: RealProgram, env: NodeJS.ProcessEnv = process.env): Availability {
  const { names, package: debian } = PROGRAMS[program];
  for (const folder of (env.PATH ?? '').split(delimiter)) {
    for (const name of names) {
      const path = join(folder, name);
      if (folder !== '' && isExecutable(path)) return { path, skip: null };
    }
  }
  const skip = `${names[0]} is not installed; on Debian: apt-get install ${debian}`;
  if (env.FLEETWATT_REQUIRE_REAL) throw new Error(`FLEETWATT_REQUIRE_REAL is set, but ${skip}`);
  return { path: null, skip };
}

/** The title of a spec with the reason in it when it will be skipped, so that a run shows why. */
export function titled(title: string, ...needs: readonly Availability[]): string {
  const reasons = needs.filter((need) => need.skip !== null).map((need) => need.skip);
  return reasons.length === 0 ? title : `${title} (skipped: ${reasons.join('; ')})`;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
