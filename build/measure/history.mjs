// history and engine-memory: an hour at 5 s of ten signals of each GPU, packed, beside rings of Float32 and against the limit.
import { execFileSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { bundle } from './bundle.mjs';
import { row } from './peer.mjs';

const POLLS = 720;
const LIMIT_MB = 300;

export async function historyRow({ size }) {
  const { measureHistory } = await import(pathToFileURL(await bundle('electron/demo/history-workload.ts', 'history')));
  const gpus = size / 10;
  const found = measureHistory(gpus, POLLS);
  const [ours, theirs] = [found.bytes / 1e6, found.ringBytes / 1e6];
  const one = row(
    'history',
    `${workload(gpus)}, ${(found.bytes / found.samples).toFixed(2)} bytes a sample, ${found.exact ? 'exact to the stated resolution' : 'NOT exact'}`,
    ours,
    theirs,
    'a Float32 ring',
    4,
  );
  return [
    {
      ...one,
      unit: 'MB',
      holds: one.holds && found.exact,
      minutesMb: found.minutes / 1e6,
      packMs: found.packMs,
      ringMs: found.ringMs,
    },
  ];
}

/** In a process of its own, so that nothing of the measurement itself is counted. */
export async function memoryRow({ size }) {
  const module = pathToFileURL(await bundle('electron/demo/history-workload.ts', 'history')).href;
  const gpus = size / 10;
  const script = `import(${JSON.stringify(module)}).then(({ residentBytes }) => console.log(residentBytes(${gpus}, ${POLLS})))`;
  const bytes = Number(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' }));
  return [
    {
      ...row(
        'engine-memory',
        `${workload(gpus)}, fleet view with its history, resident`,
        bytes / 1e6,
        LIMIT_MB,
        'the limit',
        1,
      ),
      unit: 'MB',
    },
  ];
}

const workload = (gpus) => `${gpus.toLocaleString('en-US')} GPUs × 10 signals, 1 h at 5 s`;
