/** Numbers and words of the screens (design rules: units, signs, ages). Missing is '—', never 0 and never "NaN". */

const MISSING = '—';
const MINUS = '\u2212';

function grouped(value: number, digits: number): string {
  const [whole, fraction] = Math.abs(value).toFixed(digits).split('.') as [string, string?];
  const text = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  const zero = Number(whole) === 0 && Number(fraction ?? 0) === 0;
  return `${value < 0 && !zero ? MINUS : ''}${text}${fraction === undefined ? '' : `.${fraction}`}`;
}

/** 12,345 */
export function formatCount(value: number): string {
  return Number.isFinite(value) ? grouped(value, 0) : MISSING;
}

/** A share: never rounded up to 100 % (99.96 % is "99.9%"); above 100 is shown. */
export function formatPercent(ratio: number, digits: 0 | 1): string {
  if (!Number.isFinite(ratio)) return MISSING;
  const scale = 10 ** digits;
  let percent = Math.round(ratio * 100 * scale) / scale;
  if (ratio < 1 && percent >= 100) percent = 100 - 1 / scale;
  return `${grouped(percent, digits)}%`;
}

interface PowerUnit {
  readonly per: number;
  readonly unit: string;
  readonly digits: number;
}

function powerUnit(watts: number, digitsOfKw?: number): PowerUnit {
  const size = Math.abs(watts);
  if (size >= 99.995e6) return { per: 1e6, unit: 'MW', digits: 1 };
  if (size >= 999.5e3) return { per: 1e6, unit: 'MW', digits: 2 };
  if (size >= 199.95e3) return { per: 1e3, unit: 'kW', digits: digitsOfKw ?? 0 };
  return { per: 1e3, unit: 'kW', digits: 1 };
}

/** Draws of places: "9.8 kW", "129.4 kW", "978 kW", "2.62 MW", "131.4 MW". */
export function formatPower(watts: number): string {
  if (!Number.isFinite(watts)) return MISSING;
  const { per, unit, digits } = powerUnit(watts);
  return `${grouped(watts / per, digits)} ${unit}`;
}

/** Two draws in one unit: "978 of 1,000 kW", "129.4 of 132.0 kW", "2.62 of 3.40 MW". */
export function formatPowerPair(watts: number, ofWatts: number): string {
  if (!Number.isFinite(ofWatts)) return formatPower(watts);
  // 1 MW as the budget of a place below it stays in kW, so that no pair mixes units.
  const unit = ofWatts < 1.0005e6 ? { per: 1e3, unit: 'kW', digits: ofWatts >= 199.95e3 ? 0 : 1 } : powerUnit(ofWatts);
  const part = Number.isFinite(watts) ? grouped(watts / unit.per, unit.digits) : MISSING;
  return `${part} of ${grouped(ofWatts / unit.per, unit.digits)} ${unit.unit}`;
}

/** Power of one GPU: "1,147 W". */
export function formatWatts(watts: number): string {
  return Number.isFinite(watts) ? `${grouped(watts, 0)} W` : MISSING;
}

/** "+2.9 kW/min"; the sign is always shown. */
export function formatSlope(wattsPerMinute: number): string {
  if (!Number.isFinite(wattsPerMinute)) return MISSING;
  const kw = wattsPerMinute / 1000;
  const digits = Math.abs(kw) >= 1000 ? 0 : 1;
  const text = grouped(Math.abs(kw), digits);
  return `${kw < 0 && Number(text.replaceAll(',', '')) > 0 ? MINUS : '+'}${text} kW/min`;
}

/** Minutes to cap: "Cap in ~7 min", "Cap in under 1 min", "over 2 h"; '' where there is no forecast. */
export function formatCap(minutes: number): string {
  if (Number.isNaN(minutes)) return '';
  if (minutes === Infinity) return 'over 2 h';
  if (minutes < 1) return 'Cap in under 1 min';
  return minutes < 60 ? `Cap in ~${Math.round(minutes)} min` : `Cap in ~${grouped(minutes / 60, 1)} h`;
}

/** "2 s", "4 min 8 s", "3 h 12 min", "2 d 4 h". */
export function formatAge(ms: number): string {
  if (!Number.isFinite(ms)) return MISSING;
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ${Math.floor(seconds / 60) % 60} min`;
  return `${grouped(Math.floor(seconds / 86_400), 0)} d ${Math.floor(seconds / 3600) % 24} h`;
}

/** "14:32:10 UTC" */
export function formatTime(epochMs: number): string {
  return Number.isFinite(epochMs) ? `${new Date(epochMs).toISOString().slice(11, 19)} UTC` : MISSING;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** "23 Nov 2026" */
export function formatDate(epochMs: number): string {
  if (!Number.isFinite(epochMs)) return MISSING;
  const date = new Date(epochMs);
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
}

/** Networks are sold in bits: "391.2 Gb/s", "1.25 Tb/s", "12 Mb/s". */
export function formatBits(bytesPerSecond: number): string {
  if (!Number.isFinite(bytesPerSecond)) return MISSING;
  const bits = bytesPerSecond * 8;
  if (bits >= 999.95e9) return `${grouped(bits / 1e12, 2)} Tb/s`;
  if (bits >= 999.5e6) return `${grouped(bits / 1e9, 1)} Gb/s`;
  return `${grouped(bits / 1e6, 0)} Mb/s`;
}

/** NVLink and PCIe are sold in bytes: "512 GB/s", "1.20 TB/s". */
export function formatByteRate(bytesPerSecond: number): string {
  if (!Number.isFinite(bytesPerSecond)) return MISSING;
  if (bytesPerSecond >= 999.5e9) return `${grouped(bytesPerSecond / 1e12, 2)} TB/s`;
  return `${grouped(bytesPerSecond / 1e9, bytesPerSecond < 10e9 ? 1 : 0)} GB/s`;
}

/** Memory: "62.4 GB", "1.2 TB" (decimal). */
export function formatBytes(bytes: number): string {
  if (!Number.isFinite(bytes)) return MISSING;
  if (bytes >= 999.95e9) return `${grouped(bytes / 1e12, 1)} TB`;
  if (bytes >= 999.5e6) return `${grouped(bytes / 1e9, 1)} GB`;
  return `${grouped(bytes / 1e6, 0)} MB`;
}

/** "88 °C" */
export function formatCelsius(celsius: number): string {
  return Number.isFinite(celsius) ? `${grouped(celsius, 0)} °C` : MISSING;
}

/** "1,740 MHz" */
export function formatClock(mhz: number): string {
  return Number.isFinite(mhz) ? `${grouped(mhz, 0)} MHz` : MISSING;
}
