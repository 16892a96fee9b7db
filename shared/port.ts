/**
 * The small Port between an engine and its host: structured-clone messages both ways.
 * Worker threads, Electron's utility process and a pair of functions in a test all give one.
 */
export interface Port {
  post(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  onMessage(listener: (message: unknown) => void): void;
  close(): void;
}
