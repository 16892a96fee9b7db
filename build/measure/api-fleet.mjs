// A Prometheus of N GPUs as far as a refresh asks it: no machine here could hold a real one of 100,000.
import { once } from 'node:events';
import { createServer } from 'node:http';

/** Seconds between two refreshes. */
export const POLL_S = 5;
const PER_NODE = 4;
const PER_RACK = 72;
const PER_ROW = 15 * PER_RACK;
const PER_HALL = 12 * PER_ROW;
/** Metric, value and span: one of each kind that the overview shows. */
const METRICS = [
  ['DCGM_FI_DEV_POWER_USAGE', 500, 600],
  ['DCGM_FI_DEV_GPU_UTIL', 10, 89],
  ['DCGM_FI_DEV_GPU_TEMP', 45, 30],
];
/** Sets of values that take turns, so that every refresh changes nearly every cell. */
const TURNS = 2;
const TIME = '@@@@@@@@@@';

const noise = (gpu, turn) => ((Math.imul(gpu + 1, 2_654_435_761) ^ Math.imul(turn + 1, 40_503)) >>> 0) / 2 ** 32;

function placeOf(gpu) {
  const [hall, row, rack] = [PER_HALL, PER_ROW, PER_RACK].map((count) => Math.floor(gpu / count));
  return {
    site: 'S',
    hall: String.fromCharCode(65 + hall),
    row: `R${row + 1}`,
    rack: `R${row + 1}-${(rack % 15) + 1}`,
  };
}

const vector = (series) => `{"status":"success","data":{"resultType":"vector","result":[${series.join(',')}]}}`;
const range = (count, make) => Array.from({ length: count }, (_, i) => make(i));

/** Bodies by what is asked for, with a mark where the time goes. */
function bodiesOf(gpus) {
  const times = range(gpus, (gpu) => {
    const node = Math.floor(gpu / PER_NODE);
    const more = { UUID: `GPU-${gpu}`, gpu: String(gpu % PER_NODE), instance: `n${node}:9400`, Hostname: `n${node}` };
    const metric = { ...more, modelName: 'NVIDIA GB200', profile: 'dcgm', ...placeOf(gpu) };
    return `{"metric":${JSON.stringify(metric)},"value":[${TIME},"${TIME}"]}`;
  });
  const values = METRICS.map(([name, low, spread]) =>
    range(TURNS, (turn) => {
      const value = (gpu) => (low + spread * noise(gpu, turn)).toFixed(0);
      return vector(
        range(gpus, (gpu) => `{"metric":{"__name__":"${name}","UUID":"GPU-${gpu}"},"value":[${TIME},"${value(gpu)}"]}`),
      );
    }),
  );
  return { times: vector(times), values };
}

/** Budgets of 1.1 times what the GPUs of a place draw on average. */
export function budgetsOf(gpus) {
  const kw = new Map();
  for (let gpu = 0; gpu < gpus; gpu++) {
    const { site, hall, row, rack } = placeOf(gpu);
    for (const place of [site, `${site}/${hall}`, `${site}/${hall}/${row}`, `${site}/${hall}/${row}/${rack}`])
      kw.set(place, (kw.get(place) ?? 0) + 0.88);
  }
  return `place,budget_kw\n${[...kw].map(([place, budget]) => `${place},${budget.toFixed(0)}\n`).join('')}`;
}

/**
 * Starts it. `complete` maps an instant (s) to the time (epoch ms) at which the last of its answers was handed over whole;
 * /power.json is the answer for power alone, for a peer on the page /peer. Values change every `pollS` seconds.
 */
export async function startApiFleet(gpus, pollS = POLL_S) {
  const bodies = bodiesOf(gpus);
  const complete = new Map();
  const turnOf = (time) => Math.floor(time / pollS) % TURNS;
  const answerTo = (promql, time) => {
    if (promql.includes('timestamp(')) return bodies.times;
    const at = METRICS.findIndex(([name]) => promql.includes(name));
    return at < 0 ? vector([]) : bodies.values[at][turnOf(time)];
  };
  const server = createServer(async (question, response) => {
    const { pathname, searchParams } = new URL(question.url, 'http://fleet');
    // A page of the same origin for the peer, and what it is fed with.
    if (pathname === '/peer') return void response.setHeader('content-type', 'text/html').end('<!doctype html><body>');
    if (pathname === '/power.json')
      return void response.end(bodies.values[0][searchParams.get('turn') % TURNS].replaceAll(TIME, '1764000000'));
    if (pathname.startsWith('/api/v1/label/'))
      return void response.end(JSON.stringify({ status: 'success', data: METRICS.map(([name]) => name) }));
    if (pathname !== '/api/v1/query') return void response.writeHead(404).end('{}');
    let form = '';
    for await (const chunk of question) form += chunk;
    const asked = new URLSearchParams(form);
    const time = Number(asked.get('time'));
    const body = Buffer.from(answerTo(asked.get('query'), time).replaceAll(TIME, String(time)));
    response.setHeader('content-type', 'application/json');
    response.end(body, () => complete.set(time, performance.timeOrigin + performance.now()));
  });
  // As a Prometheus, it does not close what is asked again after a poll.
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    complete,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
