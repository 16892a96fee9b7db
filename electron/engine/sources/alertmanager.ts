import {
  AnswerError,
  type NewSilence,
  type RemoteAlert,
  type RemoteSilence,
  type RemoteStatus,
  readAlerts,
  readSilenceId,
  readSilences,
  readStatus,
  silenceBody,
} from '../../../shared/interop/alertmanager.ts';
import type { AlertmanagerSettings } from '../../../shared/interop/settings.ts';
import { FaultError, printable } from '../fault.ts';
import { Fetcher, type WriteAnswer } from '../fetch.ts';
import type { Clock } from '../schedule.ts';

const SOCKETS = 4;
/** Its alerts and silences as JSON; more than that nobody looks through. */
const MOST_BYTES = 50 << 20;

/** What came of a batch of alerts. */
export type PushResult =
  /** All were taken. */
  | { readonly kind: 'taken' }
  /** The valid ones were taken, the others refused for good (400). */
  | { readonly kind: 'partly'; readonly why: string }
  /** The whole batch was refused for what is in it (413, 422 …): nothing of it was taken. */
  | { readonly kind: 'refused'; readonly why: string };

/** Alertmanager's API v2 behind one configured address. Every method rejects with a FaultError that says what to do. */
export class AlertmanagerClient {
  readonly #settings: AlertmanagerSettings;
  readonly #clock: Clock;
  #opened: Fetcher | undefined;

  constructor(settings: AlertmanagerSettings, clock: Clock) {
    this.#settings = settings;
    this.#clock = clock;
  }

  close(): void {
    this.#opened?.close();
  }

  alerts(signal?: AbortSignal): Promise<readonly RemoteAlert[]> {
    return this.#get('alerts', readAlerts, signal);
  }

  silences(signal?: AbortSignal): Promise<readonly RemoteSilence[]> {
    return this.#get('silences', readSilences, signal);
  }

  status(signal?: AbortSignal): Promise<RemoteStatus> {
    return this.#get('status', readStatus, signal);
  }

  /** @returns the id of the new silence */
  async createSilence(silence: NewSilence): Promise<string> {
    const answer = await this.#fetcher.write({ url: this.#url('silences'), json: silenceBody(silence) });
    if (answer.status !== 200) throw this.#refusal(answer, 'refused the silence');
    return this.#judged(() => readSilenceId(answer.text));
  }

  /** Ends a silence; one that is gone or has ended already is ended. */
  async expireSilence(id: string): Promise<void> {
    const answer = await this.#fetcher.write({ url: this.#url(`silence/${encodeURIComponent(id)}`) });
    // An expired one: 200 up to 0.25, 500 "silence already expired" later.
    const ended = answer.status === 200 || answer.status === 404 || /already expired/i.test(answer.text);
    if (!ended) throw this.#refusal(answer, 'did not end the silence');
  }

  /** @param json body of `POST /api/v2/alerts`, at most 64 alerts @throws FaultError where it must be tried again */
  async push(json: string, signal?: AbortSignal): Promise<PushResult> {
    const answer = await this.#fetcher.write({ url: this.#url('alerts'), json }, signal);
    const { status } = answer;
    if (status >= 200 && status < 300) return { kind: 'taken' };
    const why = sentence(answer.text) || `status ${status}`;
    if (status === 400) return { kind: 'partly', why };
    if (status === 413 || status === 415 || status === 422) return { kind: 'refused', why };
    throw this.#refusal(answer, 'did not take our alerts');
  }

  /** Opened with the first question: a certificate's file that is missing then may be there for the next. */
  get #fetcher(): Fetcher {
    this.#opened ??= new Fetcher(this.#settings, { now: this.#clock.now, sockets: SOCKETS });
    return this.#opened;
  }

  #url(path: string): string {
    return `${this.#settings.url.replace(/\/+$/, '')}/api/v2/${path}`;
  }

  async #get<T>(path: string, read: (json: string) => T, signal: AbortSignal | undefined): Promise<T> {
    const { body, status } = await this.#fetcher.ask(
      { url: this.#url(path), accept: 'application/json', maxBytes: MOST_BYTES },
      signal,
    );
    if (status !== 200)
      throw this.#refusal(
        { status, text: Buffer.from(body).toString('utf8'), retryAfterMs: undefined },
        'did not answer',
      );
    return this.#judged(() => {
      let json: string;
      try {
        json = new TextDecoder('utf-8', { fatal: true }).decode(body);
      } catch {
        throw new AnswerError('The answer is not valid UTF-8');
      }
      return read(json);
    });
  }

  #judged<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof AnswerError)) throw error;
      throw new FaultError(
        'not-alertmanager',
        `${this.#host()}: ${printable(error.message, 200)}`,
        'Check that the address is an Alertmanager’s, 0.16 or newer.',
      );
    }
  }

  #host(): string {
    return new URL(this.#settings.url).host;
  }

  #refusal({ status, text, retryAfterMs }: WriteAnswer, what: string): FaultError {
    const said = sentence(text);
    const hint =
      status === 401 || status === 403
        ? 'Check the credentials, and what they may change.'
        : status === 404 || status === 405
          ? 'Check the path of the address: the API is looked for below it at /api/v2.'
          : status === 429 || status >= 500
            ? 'It is asked again later.'
            : 'Correct what it names.';
    return new FaultError(
      `http-${status}`,
      `${this.#host()} ${what} (${status})${said === '' ? '' : `: ${said}`}`,
      hint,
      retryAfterMs,
    );
  }
}

/** What an Alertmanager says of a refusal: a JSON string, `{code, message}`, or a page that nobody reads. */
function sentence(text: string): string {
  let said: unknown = text;
  try {
    said = JSON.parse(text);
  } catch {
    // Not JSON: shown as it came.
  }
  if (typeof said === 'object' && said !== null && 'message' in said) said = said.message;
  return typeof said === 'string' && !/^\s*</.test(said) ? printable(said.trim(), 300) : '';
}
