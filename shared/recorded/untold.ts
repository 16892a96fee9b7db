/** A quantity that a server cannot tell, and why. */
export class Untold extends Error {
  override readonly name = 'Untold';
}
