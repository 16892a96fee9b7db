import { startServe } from '../serve/serve.ts';
import { parseOptions, type RunOptions, UsageError, untilStopped, wholeNumber } from './options.ts';

const usage = `Usage: npm run -s fleetwatt -- serve [options]
  The console for browsers and wall displays; prints "ready at URL" and runs until stopped.
  --demo           open the demo fleet
  --source URL     open this Prometheus-compatible server, for this run only
  --config FILE    settings for this run instead of the profile's; never written
  --profile DIR    folder for settings, topology and budgets
  --host H         address to listen on (default 127.0.0.1)
  --port P         port (default: a free one)
  --token-file F   named tokens, lines "name role token [until=DATE]", role read or operate; mode 0600;
                   without a date read tokens last, operate tokens expire 30 days after the file was written
`;

/** `serve`: the web host until stopped. */
export async function serve(args: readonly string[], { signal, onReady }: RunOptions): Promise<number> {
  const string = { type: 'string' } as const;
  const options = {
    demo: { type: 'boolean' },
    source: string,
    config: string,
    profile: string,
    host: string,
    port: string,
    'token-file': string,
  } as const;
  const parsed = parseOptions(args, options, usage);
  if (!parsed) return 0;
  if (parsed.words.length > 0) throw new UsageError(`serve takes no further words\n\n${usage}`);
  const text = (name: string) =>
    typeof parsed.values[name] === 'string' ? { value: parsed.values[name] as string } : undefined;
  const stopped = untilStopped(signal);
  const running = await startServe({
    demo: parsed.values.demo === true,
    source: text('source')?.value,
    config: text('config')?.value,
    profile: text('profile')?.value,
    host: text('host')?.value,
    port: wholeNumber(parsed, 'port', [0, 65_535], 0),
    tokenFile: text('token-file')?.value,
    onReady(url) {
      process.stdout.write(`ready at ${url}\n`);
      onReady?.(url);
    },
    onWarning: (warning) => process.stderr.write(`${warning}\n`),
  });
  await stopped;
  await running.close();
  return 0;
}
