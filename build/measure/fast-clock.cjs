// A clock that runs FAST times as fast, for a soak of many simulated hours: Date, performance.now and the timers of a page or a
// process. It began at `begin` when the real one was at `base`: every process is given the same, so all of them agree what time it
// is. Loaded by --require or as a page's script.
(() => {
  const given =
    typeof process === 'object' && process.env ? process.env.FLEETWATT_FAST_CLOCK : globalThis.fleetwattFastClock;
  // The host keeps its own time: it watches by real seconds whether the engine still beats.
  if (!given || (typeof process === 'object' && process.argv && !/engine\.mjs$/.test(process.argv[1] ?? ''))) return;
  const [base, begin, fast] = given.split(',').map(Number);
  const Real = Date;
  const real = Real.now.bind(Real);
  const now = () => Math.floor(begin + (real() - base) * fast);
  globalThis.Date = class extends Real {
    constructor(...args) {
      super(...(args.length > 0 ? args : [now()]));
    }
    static now() {
      return now();
    }
  };
  const steady = performance.now.bind(performance);
  performance.now = () => steady() * fast;
  for (const name of ['setTimeout', 'setInterval']) {
    const timer = globalThis[name];
    globalThis[name] = (run, ms = 0, ...args) => timer(run, ms / fast, ...args);
  }
})();
