import { get } from 'node:http';

/** One series of an instant vector. */
export interface Answer {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
  /** Evaluation time, seconds. */
  readonly time: number;
}

/** GETs a loopback address. @throws Error unless the status is 200 */
export function read(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent: false, timeout: 60_000 }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        if (response.statusCode === 200) resolve(text);
        else reject(new Error(`${url} answered ${response.statusCode}: ${text.slice(0, 300)}`));
      });
    });
    request.on('timeout', () => request.destroy(new Error(`${url} did not answer within 60 s`)));
    request.on('error', reject);
  });
}

/** Asks a Prometheus-compatible server for an instant vector; `time` in epoch seconds, default its own now. */
export async function ask(server: string, query: string, time?: number): Promise<readonly Answer[]> {
  const at = time === undefined ? '' : `&time=${time}`;
  const body = JSON.parse(await read(`${server}/api/v1/query?query=${encodeURIComponent(query)}${at}`)) as {
    data: { result: { metric: Record<string, string>; value: [number, string] }[] };
  };
  return body.data.result.map(({ metric, value: [seconds, text] }) => ({ metric, value: Number(text), time: seconds }));
}

/** Asks again until `enough` is content, at most `withinMs`; the last answer is given, content or not. */
export async function askUntil(
  server: string,
  query: string,
  enough: (answers: readonly Answer[]) => boolean,
  withinMs = 120_000,
): Promise<readonly Answer[]> {
  const until = performance.now() + withinMs;
  for (;;) {
    const answers = await ask(server, query);
    if (enough(answers) || performance.now() > until) return answers;
    await new Promise((resume) => setTimeout(resume, 200));
  }
}
