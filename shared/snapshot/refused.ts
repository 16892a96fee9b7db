/**
 * Why bytes are not opened as a snapshot. `altered` is a file that was a snapshot and is not any more; the others tell
 * what kind of file it is or which limit it breaks.
 */
export type RefusalCode =
  | 'not-a-snapshot'
  | 'too-large'
  | 'ratio'
  | 'too-many-parts'
  | 'overlap'
  | 'bad-path'
  | 'bad-part'
  | 'altered'
  | 'bad-signature'
  | 'newer-schema'
  | 'too-deep'
  | 'malformed';

/** A file that is refused, by name. The message says what is wrong and where; it carries no foreign text unescaped. */
export class SnapshotRefused extends Error {
  override readonly name = 'SnapshotRefused';
  readonly code: RefusalCode;

  constructor(code: RefusalCode, message: string) {
    super(message);
    this.code = code;
  }
}
