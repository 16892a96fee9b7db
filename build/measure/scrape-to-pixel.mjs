// scrape-to-pixel: from the last byte of a refresh's answers to the painted heatmap, through engine, host, socket and page.
import { join } from 'node:path';
import { openOverview, traced } from './console.mjs';
import { median, peer } from './peer.mjs';

const ROUNDS = 5;
const BLOCKED_MS = 30;
/** How many times faster than the peer we have to be, by GPUs. */
const GOALS = { 1000: 4, 10000: 10, 100000: 20 };

/** Runs in our page before its own scripts: notes when each new instant came in a frame, and when it had been painted. */
function notePaintings() {
  const now = () => performance.timeOrigin + performance.now();
  const painted = [];
  globalThis.fleetwattPainted = painted;
  let [newest, coming] = [0, null];
  const Native = globalThis.WebSocket;
  globalThis.WebSocket = class extends Native {
    constructor(...args) {
      super(...args);
      this.addEventListener('message', ({ data }) => {
        if (!(data instanceof ArrayBuffer)) return;
        const head = new TextDecoder().decode(new Uint8Array(data, 16, new DataView(data).getUint32(8, true)));
        const sampled = Number(/"sampled":(\d+)/.exec(head)?.[1]);
        if (sampled > newest) coming = { sampled, received: now() };
        newest = Math.max(newest, sampled || 0);
      });
    }
  };
  const put = CanvasRenderingContext2D.prototype.putImageData;
  CanvasRenderingContext2D.prototype.putImageData = function (...args) {
    put.apply(this, args);
    if (coming === null || !this.canvas.matches('canvas[data-cells]')) return;
    const one = coming;
    coming = null;
    // A message is the next task: the frame has been painted by then.
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => painted.push({ ...one, painted: now() });
    port2.postMessage(null);
  };
}

/** Runs in the peer's page: from a whole body to the painted chart, milliseconds. */
async function feedChart(turn) {
  const text = await (await fetch(`power.json?turn=${turn}`)).text();
  const begin = performance.now();
  const { result } = JSON.parse(text).data;
  const columns = Math.ceil(Math.sqrt((result.length * 1400) / 800));
  const data = result.map(({ value }, i) => [i % columns, Math.floor(i / columns), Number(value[1])]);
  window.chart.setOption({ series: [{ data }] });
  window.chart.getZr().flush();
  await new Promise((done) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = done;
    port2.postMessage(null);
  });
  return performance.now() - begin;
}

/** An ECharts heatmap of the same fleet on a page of its own, which can be moved and zoomed. */
export async function openChart({ blank, fleet }, gpus) {
  const page = await blank();
  await page.goto(`${fleet.url}/peer`);
  await page.addScriptTag({ path: join(peer('echarts'), 'dist', 'echarts.min.js') });
  await page.evaluate((count) => {
    const holder = document.createElement('div');
    holder.style.cssText = 'width:1400px;height:800px';
    document.body.append(holder);
    const columns = Math.ceil(Math.sqrt((count * 1400) / 800));
    const categories = (length) => Array.from({ length }, (_, i) => i);
    window.chart = window.echarts.init(holder, null, { renderer: 'canvas' });
    window.chart.setOption({
      animation: false,
      tooltip: {},
      xAxis: { type: 'category', show: false, data: categories(columns) },
      yAxis: { type: 'category', show: false, data: categories(Math.ceil(count / columns)) },
      dataZoom: [
        { type: 'inside', xAxisIndex: 0 },
        { type: 'inside', yAxisIndex: 0 },
      ],
      visualMap: { min: 400, max: 1200, show: false },
      series: [{ type: 'heatmap', data: [], progressive: 0, itemStyle: { borderWidth: 1, borderColor: '#101418' } }],
    });
  }, gpus);
  await page.evaluate(feedChart, 0);
  return page;
}

/** Waits for the next new instant on our page; gives when it was complete, received and painted. */
async function nextPainting(page, fleet) {
  const seen = await page.evaluate(() => globalThis.fleetwattPainted.length);
  await page.waitForFunction((count) => globalThis.fleetwattPainted.length > count, seen, { timeout: 60_000 });
  const one = await page.evaluate(() => globalThis.fleetwattPainted.at(-1));
  return { ...one, complete: fleet.complete.get(one.sampled / 1000) };
}

export async function scrapeToPixelRow(running, gpus) {
  const { browser, fleet } = running;
  const page = await openOverview(running, gpus, (blank) => blank.addInitScript(notePaintings));
  const chart = await openChart(running, gpus);
  const [ours, theirs, arrived] = [[], [], []];
  await nextPainting(page, fleet);
  const { tasks } = await traced(browser, page, async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const one = await nextPainting(page, fleet);
      ours.push(one.painted - one.complete);
      arrived.push(one.received - one.complete);
      theirs.push(await chart.evaluate(feedChart, round + 1));
    }
  });
  await Promise.all([page.close(), chart.close()]);
  const blocked = Math.max(...tasks.map(({ cpu }) => cpu));
  const [mine, other, sent] = [median(ours), median(theirs), median(arrived)];
  const factor = GOALS[gpus];
  return {
    ...{ name: 'scrape-to-pixel', unit: 'ms', ours: mine, theirs: other, ratio: other / mine },
    ...{
      goal: `≥ ${factor} ×`,
      holds: other / mine >= factor && blocked <= BLOCKED_MS,
      peer: 'ECharts fed by JSON.parse',
    },
    workload: `${gpus.toLocaleString('en-US')} GPUs, last answer whole → painted; in the page after ${sent.toFixed(0)} ms; its main thread works at most ${blocked.toFixed(0)} ms at a stretch (goal ≤ ${BLOCKED_MS})`,
  };
}
