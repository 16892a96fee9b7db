/** An instant vector's reply, for measuring: `max by (Hostname, gpu)` over `series` GPUs at a tick. */
export function vectorJson(series: number, tick: number): string {
  const time = 1_764_000_000 + tick * 5;
  const result: string[] = [];
  for (let gpu = 0; gpu < series; gpu++) {
    const value = ((Math.imul(gpu + 1, 2_654_435_761) ^ Math.imul(tick + 1, 40_503)) >>> 0) / 2 ** 32;
    result.push(
      `{"metric":{"Hostname":"gpu-node-${gpu >> 3}","gpu":"${gpu & 7}"},"value":[${time},"${(value * 1200).toFixed(3)}"]}`,
    );
  }
  return `{"status":"success","data":{"resultType":"vector","result":[${result.join(',')}]}}`;
}
