/** A value that is not there: a dash to the eye, "no data" to a screen reader. */
export function Missing() {
  return (
    <>
      <span aria-hidden="true">—</span>
      <span className="hidden">no data</span>
    </>
  );
}
