import type { Severity } from '../../shared/contract.ts';

const NAMES: Readonly<Record<Severity, string>> = {
  critical: 'critical',
  warning: 'warning',
  advisory: 'advisory',
  nodata: 'no data',
};

/** A severity by its shape: ◆ critical, ▲ warning, ⊙ advisory, dashed square with slash no data (ui.md 1). */
export function Glyph({ severity, size = 12, named = true }: { severity: Severity; size?: number; named?: boolean }) {
  const naming = named ? ({ role: 'img', 'aria-label': NAMES[severity] } as const) : ({ 'aria-hidden': true } as const);
  return (
    // biome-ignore lint/a11y/noSvgWithoutTitle: named by aria-label; a title would float over data as a tooltip.
    <svg width={size} height={size} viewBox="0 0 12 12" {...naming}>
      {shapes[severity]}
    </svg>
  );
}

const shapes: Readonly<Record<Severity, React.ReactNode>> = {
  critical: (
    <>
      <path d="M6 0 12 6 6 12 0 6Z" fill="var(--crit)" />
      <path d="M6 3v3.6M6 7.9v1.2" stroke="var(--crit-on)" strokeWidth="1.5" />
    </>
  ),
  warning: (
    <>
      <path d="M6 .6 12 11.2H0Z" fill="var(--warn)" />
      <path d="M6 4.2v3.4M6 8.6v1.3" stroke="var(--warn-on)" strokeWidth="1.4" />
    </>
  ),
  advisory: (
    <>
      <circle cx="6" cy="6" r="5" fill="none" stroke="var(--adv)" strokeWidth="1.6" />
      <circle cx="6" cy="6" r="1.6" fill="var(--adv)" />
    </>
  ),
  nodata: (
    <>
      <rect
        x=".8"
        y=".8"
        width="10.4"
        height="10.4"
        fill="none"
        stroke="var(--nodata)"
        strokeWidth="1.4"
        strokeDasharray="2.4 1.6"
      />
      <path d="M3 9 9 3" stroke="var(--nodata)" strokeWidth="1.4" />
    </>
  ),
};
