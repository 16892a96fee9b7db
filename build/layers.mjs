// Who may import whom (README of build/). Reads import statements as text: dependency-cruiser cannot read TypeScript 7.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize, relative, sep } from 'node:path';
import { root } from './install.mjs';

/** layer → folder and the layers it may know. The order matters: the first folder that matches owns a file. */
const layers = [
  { name: 'shared', at: 'shared', knows: [] },
  { name: 'engine', at: 'electron/engine', knows: ['shared'] },
  { name: 'desktop', at: 'electron/desktop', knows: ['shared'] },
  { name: 'preload', at: 'electron/preload', knows: ['shared'] },
  { name: 'demo', at: 'electron/demo', knows: ['shared'] },
  { name: 'serve', at: 'electron/serve', knows: ['shared', 'engine', 'demo'] },
  { name: 'cli', at: 'electron/cli', knows: ['shared', 'engine', 'demo', 'serve'] },
  { name: 'renderer', at: 'renderer', knows: ['shared'] },
  { name: 'e2e', at: 'e2e', knows: ['shared', 'demo', 'engine', 'build'] },
];

/** What the pure core may import: pure packages. None of them belongs in the page. */
/** Of these, the ones that a page may not reach: a replay judges by the engine's own view, which has patterns. */
const NOT_IN_PAGES = new Set(['zod', 'yaml']);
const SHARED_MAY = new Set(['zod', 'yaml', 're2js', 'fflate']);

/** package → the files that may import it (RegExp over the path). */
const packages = [
  [/^electron$/, /^electron\/(desktop|preload)\/|^e2e\//],
  [/^node-sqlite3-wasm$/, /^electron\/engine\/store\/(database|salvage)\.ts$/],
  [/^systeminformation$/, /^electron\/engine\/sources\/workstation\.ts$/],
  [/^puppeteer-core$/, /^e2e\//],
  [/^(react|react-dom|@tanstack\/.*|@base-ui\/react|d3|tinykeys|wouter|cmdk|@zumer\/snapdom)(\/|$)/, /^renderer\//],
  [/^yaml$/, /^electron\/(engine|cli)\/|^shared\/(signals\/user-profile|topology-import|alerting\/rule-file)/],
  [/^fflate$/, /^shared\/snapshot\//],
  [/^(node:|ws$|https-proxy-agent$)/, /^electron\/(?!preload\/)|^e2e\//],
];

/** text that may stand only in some files of product code. */
const words = [
  [
    /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bperformance\.now\(/,
    /^electron\/|^renderer\/(main\.tsx$|(live|draw|link)\/)|^e2e\//,
    'reads the clock or rolls dice outside the clock wiring',
  ],
  [
    /\bipc(Main|Renderer)\b/,
    /^electron\/desktop\/bridge\.ts$|^electron\/preload\/preload\.ts$|^e2e\/standin\//,
    'uses IPC outside bridge.ts and preload.ts',
  ],
  [/\bnew BrowserWindow\b/, /^electron\/desktop\/window\.ts$|^e2e\//, 'opens a window outside window.ts'],
];

const statement =
  /(?:^|\n)\s*(?:import|export)\s+(?:type\s+)?(?:[^'";]*?\sfrom\s+)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/g;

/** Import statements that are gone once types are stripped: `import type …` and braces with nothing but types. */
const typesOnly =
  /(^|\n)\s*(?:import|export)\s+(?:type\s[^'";]*|\{(?:\s*type\s+[\w$]+(?:\s+as\s+[\w$]+)?\s*,?)*\s*\}\s*)from\s+['"][^'"]+['"]/g;

function sources(folder, found = []) {
  for (const name of readdirSync(join(root, folder))) {
    const path = `${folder}/${name}`;
    if (statSync(join(root, path)).isDirectory()) sources(path, found);
    else if (/\.tsx?$/.test(name) && !name.endsWith('.d.ts')) found.push(path);
  }
  return found;
}

const isTest = (path) => /\.(test|fixture)\.tsx?$/.test(path) || path.startsWith('e2e/');
const layerOf = (path) => layers.find((layer) => path.startsWith(`${layer.at}/`));

function imports(path, text) {
  const found = [];
  for (const match of text.matchAll(statement)) {
    const target = match[1] ?? match[2];
    if (target.startsWith('.')) {
      found.push({
        file: normalize(join(dirname(path), target.split('?')[0]))
          .split(sep)
          .join('/'),
      });
    } else found.push({ package: target });
  }
  return found;
}

/** Every breach of the import rules as `path: what`, cycles included. Empty means that the house stands. */
export function breaches() {
  const graph = new Map();
  const found = [];
  for (const path of ['shared', 'electron', 'renderer', 'e2e'].flatMap((folder) => sources(folder))) {
    const text = readFileSync(join(root, path), 'utf8');
    const layer = layerOf(path);
    if (!layer) {
      found.push(`${path}: belongs to no layer`);
      continue;
    }
    const links = imports(path, text);
    graph.set(
      path,
      links.flatMap((link) => (link.file && !isTest(path) ? [link.file] : [])),
    );
    if (!isTest(path)) {
      for (const [pattern, allowed, what] of words) {
        // Comments may name what the code may not do.
        const code = text.replace(/\/\*[\s\S]*?\*\/|(^|\s)\/\/.*$/gm, '');
        if (pattern.test(code) && !allowed.test(path)) found.push(`${path}: ${what}`);
      }
    }
    for (const link of links) found.push(...breach(path, layer, link));
  }
  return [...found, ...cycles(graph)];
}

function breach(path, layer, link) {
  if (link.package) {
    if (isTest(path)) return [];
    if (layer.name === 'shared' && !SHARED_MAY.has(link.package))
      return [`${path}: shared may import ${[...SHARED_MAY].join(', ')} only, not ${link.package}`];
    const rule = packages.find(([pattern]) => pattern.test(link.package));
    return rule && !rule[1].test(path) ? [`${path}: may not import ${link.package}`] : [];
  }
  const other = layerOf(link.file);
  if (!other)
    return link.file.startsWith('build/') && isTest(path) ? [] : [`${path}: imports ${link.file}, outside every layer`];
  if (other === layer || layer.knows.includes(other.name)) return [];
  if (isTest(path))
    return layer.name === 'e2e' || other.name === 'e2e' || other.name === 'demo'
      ? []
      : [`${path}: ${layer.name} may not know ${other.name} (${link.file})`];
  return [`${path}: ${layer.name} may not know ${other.name} (${link.file})`];
}

function cycles(graph) {
  const state = new Map();
  const found = [];
  const visit = (path, trail) => {
    if (state.get(path) === 'done') return;
    if (state.get(path) === 'open') {
      found.push(`cycle: ${[...trail.slice(trail.indexOf(path)), path].join(' → ')}`);
      return;
    }
    state.set(path, 'open');
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
    state.set(path, 'done');
  };
  for (const path of graph.keys()) visit(path, []);
  return found;
}

/**
 * Modules of the page that reach a parser package by value, as `path → … → package`. zod compiles its parsers with
 * eval where it can, which the page's policy refuses; and the page has no use for the bytes.
 */
export function heavyPages() {
  const found = [];
  const seen = new Set();
  const visit = (path, trail) => {
    if (seen.has(path)) return;
    seen.add(path);
    const text = readFileSync(join(root, path), 'utf8').replace(typesOnly, '$1');
    for (const link of imports(path, text)) {
      if (NOT_IN_PAGES.has(link.package))
        found.push(`${[...trail, path, link.package].join(' → ')}: the page may import its types only`);
      else if (link.file && /\.tsx?$/.test(link.file)) visit(link.file, [...trail, path]);
    }
  };
  visit('renderer/main.tsx', []);
  visit('renderer/report.tsx', []);
  return found;
}

/** Modules that nothing imports and that are no entry. */
export function orphans() {
  const entries = new Set([
    'electron/engine/process.ts',
    'electron/demo/process.ts',
    'electron/serve/main.ts',
    'electron/cli/main.ts',
    'electron/desktop/main.ts',
    'electron/preload/preload.ts',
    'renderer/main.tsx',
    'renderer/report.tsx',
    'renderer/report-boot.ts',
    // A thread of its own: `new Worker(new URL(…))`.
    'renderer/link/opening-worker.ts',
  ]);
  const known = new Set();
  const all = ['shared', 'electron', 'renderer'].flatMap((folder) => sources(folder));
  for (const path of [...all, ...sources('e2e')]) {
    for (const link of imports(path, readFileSync(join(root, path), 'utf8')))
      if (link.file && (!isTest(path) || path.startsWith('e2e/'))) known.add(link.file);
  }
  const measured = new Set([
    'shared/exposition/workload.ts',
    'shared/prom-api/workload.ts',
    'renderer/draw/measure-page.ts',
    'shared/snapshot/measured.ts',
    'electron/demo/history-workload.ts',
  ]);
  return all
    .filter((path) => !known.has(path) && !entries.has(path) && !isTest(path) && !measured.has(path))
    .map((path) => `${path}: nothing imports it`);
}

if (process.argv[1] && relative(process.argv[1], join(root, 'build', 'layers.mjs')) === '') {
  const all = [...breaches(), ...heavyPages(), ...orphans()];
  for (const line of all) process.stdout.write(`${line}\n`);
  process.exit(all.length > 0 ? 1 : 0);
}
