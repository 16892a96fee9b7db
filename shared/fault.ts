/** An error as a value: what happened, where, and what to do next. */
export interface Fault {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}
