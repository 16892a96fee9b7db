/**
 * Numbers as the console writes them (ui.md 4). Every function gives '—' for NaN and null; zero is "0".
 * A normal space stands before units, none before %.
 */

/** What stands for a missing value; its accessible name is "no data". */
export const MISSING = '—';
const MINUS = '\u2212';

/** Racks show tenths of a kilowatt, rows and above whole kilowatts. */
export type PowerScale = 'rack' | 'row';

const isMissing = (value: number | null | undefined): value is null | undefined =>
  value === null || value === undefined || Number.isNaN(value);

/** A number with thousands commas and U+2212; never "−0". */
function digits(value: number, decimals: number): string {
  const text = Math.abs(value).toFixed(decimals);
  const [whole, fraction] = text.split('.') as [string, string?];
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  const sign = value < 0 && Number(text) !== 0 ? MINUS : '';
  return `${sign}${grouped}${fraction === undefined ? '' : `.${fraction}`}`;
}

/** A number with so many decimals and without a unit. */
export function formatNumber(value: number | null, decimals: number): string {
  return isMissing(value) ? MISSING : digits(value, decimals);
}

/** A rate carries its sign, zero's included. */
function signed(value: number, decimals: number): string {
  const text = digits(value, decimals);
  return text.startsWith(MINUS) ? text : `+${text}`;
}

/** A count: `2048` → "2,048". */
export function formatCount(count: number | null): string {
  return isMissing(count) ? MISSING : digits(count, 0);
}

/** Counts in pairs: "2,040 of 2,048". */
export function formatCountPair(count: number, of: number): string {
  return `${formatCount(count)} of ${formatCount(of)}`;
}

/** Decimals and divisor of a power; the limits are those of the rounded figure, so that 999.9 kW is "1.00 MW". */
export function powerUnit(watts: number, scale: PowerScale): { unit: string; divisor: number; decimals: number } {
  const size = Math.abs(watts);
  if (size > 0 && size < 99.5) return { unit: 'W', divisor: 1, decimals: 0 };
  if (size < 9_950) return { unit: 'kW', divisor: 1000, decimals: size === 0 ? 0 : 1 };
  if (size < (scale === 'rack' ? 999_950 : 999_500)) {
    return { unit: 'kW', divisor: 1000, decimals: scale === 'rack' ? 1 : 0 };
  }
  return { unit: 'MW', divisor: 1e6, decimals: size < 99_995_000 ? 2 : 1 };
}

/** Power of a place: "9.8 kW", "129.4 kW" (rack), "978 kW" (row and up), "2.62 MW", "131.4 MW". */
export function formatPower(watts: number | null, scale: PowerScale = 'row'): string {
  if (isMissing(watts)) return MISSING;
  const { unit, divisor, decimals } = powerUnit(watts, scale);
  return `${digits(watts / divisor, decimals)} ${unit}`;
}

/** A pair shares one unit, the draw's: "978 of 1,000 kW", never "978 kW of 1 MW". */
export function formatPowerPair(watts: number | null, ofWatts: number | null, scale: PowerScale = 'row'): string {
  if (isMissing(ofWatts)) return formatPower(watts, scale);
  if (isMissing(watts)) return `${MISSING} of ${formatPower(ofWatts, scale)}`;
  const mega = powerUnit(watts, scale).unit === 'MW';
  const smallKw = scale === 'rack' || Math.max(watts, ofWatts) < 99_950;
  const decimals = mega ? powerUnit(Math.max(watts, ofWatts), scale).decimals : smallKw ? 1 : 0;
  const divisor = mega ? 1e6 : 1000;
  return `${digits(watts / divisor, decimals)} of ${digits(ofWatts / divisor, decimals)} ${mega ? 'MW' : 'kW'}`;
}

/** GPU power in watts without decimals: "1,147 W". */
export function formatWatts(watts: number | null): string {
  return isMissing(watts) ? MISSING : `${digits(watts, 0)} W`;
}

/** A share as percent. Never rounded up to 100: 0.9997 is "99.9%"; above 1 is shown ("103.2%"). */
export function formatPercent(ratio: number | null, decimals: number): string {
  if (isMissing(ratio)) return MISSING;
  const percent = ratio * 100;
  // The epsilon keeps what is 100 but for the float's last bits.
  const below = percent < 100 - 1e-6 && Number(percent.toFixed(decimals)) >= 100;
  return `${digits(below ? 100 - 10 ** -decimals : percent, decimals)}%`;
}

/** Slope of a draw: "+2.9 kW/min", "−1.20 MW/min". */
export function formatSlope(wattsPerMin: number | null): string {
  if (isMissing(wattsPerMin)) return MISSING;
  const mega = Math.abs(wattsPerMin) >= 999_950;
  return mega ? `${signed(wattsPerMin / 1e6, 2)} MW/min` : `${signed(wattsPerMin / 1000, 1)} kW/min`;
}

/** A difference of power with its sign: "+1.2 kW", "−340 W"; less than half a watt is "0 W". */
export function formatChange(watts: number | null, scale: PowerScale = 'row'): string {
  if (isMissing(watts)) return MISSING;
  if (Math.abs(watts) < 0.5) return '0 W';
  return `${watts < 0 ? MINUS : '+'}${formatPower(Math.abs(watts), scale)}`;
}

/** Change of a share in points: 0.001 a minute is "+0.1 pt/min". */
export function formatPoints(ratioPerMin: number | null): string {
  return isMissing(ratioPerMin) ? MISSING : `${signed(ratioPerMin * 100, 1)} pt/min`;
}

/** "88 °C". */
export function formatTemp(celsius: number | null): string {
  return isMissing(celsius) ? MISSING : `${digits(celsius, 0)} °C`;
}

/** "88 °C, limit 87". */
export function formatTempPair(celsius: number | null, limit: number | null): string {
  return isMissing(celsius) || isMissing(limit)
    ? formatTemp(celsius)
    : `${formatTemp(celsius)}, limit ${digits(limit, 0)}`;
}

/** "1,740 MHz". */
export function formatClock(mhz: number | null): string {
  return isMissing(mhz) ? MISSING : `${digits(mhz, 0)} MHz`;
}

const decimalsOf = (value: number) => (value === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2);

function throughput(value: number, giga: string, tera: string): string {
  const g = value / 1e9;
  return g < 999.5 ? `${digits(g, decimalsOf(g))} ${giga}` : `${digits(g / 1000, 2)} ${tera}`;
}

/** A network link's throughput in bits, as sold: 50e9 B/s is "400 Gb/s". */
export function formatLink(bytesPerSecond: number | null): string {
  return isMissing(bytesPerSecond) ? MISSING : throughput(bytesPerSecond * 8, 'Gb/s', 'Tb/s');
}

/** NVLink's or a memory's throughput in bytes, as sold: "900 GB/s", "1.80 TB/s". */
export function formatNvlink(bytesPerSecond: number | null): string {
  return isMissing(bytesPerSecond) ? MISSING : throughput(bytesPerSecond, 'GB/s', 'TB/s');
}

/** An amount of memory or of data: "512 MB", "12.3 GB", "1.5 TB" (decimal multiples). */
export function formatBytes(bytes: number | null): string {
  if (isMissing(bytes)) return MISSING;
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let value = bytes;
  let unit = 0;
  while (Math.abs(value) >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${digits(value, unit < 2 || Math.abs(value) >= 99.95 ? 0 : 1)} ${units[unit]}`;
}

/** An age or a length of time: "2 s", "4 min 8 s", "2 h 5 min", "3 d 4 h". Rounded down. */
export function formatAge(ms: number | null): string {
  if (isMissing(ms)) return MISSING;
  const seconds = Math.floor(Math.max(0, ms) / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `${hours} h ${minutes % 60} min` : `${digits(Math.floor(hours / 24), 0)} d ${hours % 24} h`;
}

const DAY_MS = 86_400_000;
const two = (value: number) => String(value).padStart(2, '0');

/** UTC, 24 h: "14:32:10 UTC". */
export function formatTime(epochMs: number | null): string {
  if (isMissing(epochMs)) return MISSING;
  const seconds = Math.floor((((epochMs % DAY_MS) + DAY_MS) % DAY_MS) / 1000);
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)} UTC`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** The UTC date: "23 Nov 2026". */
export function formatDate(epochMs: number | null): string {
  if (isMissing(epochMs)) return MISSING;
  const date = new Date(epochMs);
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
}

/** A forecast in minutes, always with "~": "~7 min", "~1 h 15 min", "over 2 h"; at 0 the cap is met. */
function formatForecast(minutes: number): string {
  if (minutes === Number.POSITIVE_INFINITY) return 'over 2 h';
  const whole = Math.max(1, Math.round(minutes));
  if (whole < 60) return `~${whole} min`;
  return whole % 60 === 0 ? `~${whole / 60} h` : `~${Math.floor(whole / 60)} h ${whole % 60} min`;
}

/** Time to the cap: "Cap in ~7 min", "Cap in over 2 h", "At cap". */
export function formatCap(minutes: number | null): string {
  if (isMissing(minutes)) return MISSING;
  return minutes <= 0 ? 'At cap' : `Cap in ${formatForecast(minutes)}`;
}

/** Below this nobody acts: the draw is called steady. */
const STEADY_W_PER_MIN = 50;

/**
 * The outlook of a draw in words: "Cap in ~7 min", "over 2 h", "Steady", "Rising" or "Falling"; '' without a trend.
 *
 * @param slope watts per minute; NaN: none
 * @param capMin minutes until draw meets budget; NaN: no forecast, Infinity: over 2 h
 */
export function formatOutlook(slope: number, capMin: number): string {
  if (Number.isFinite(capMin)) return formatCap(capMin);
  if (Number.isNaN(slope)) return '';
  if (Math.abs(slope) < STEADY_W_PER_MIN) return 'Steady';
  if (slope < 0) return 'Falling';
  return capMin === Number.POSITIVE_INFINITY ? 'over 2 h' : 'Rising';
}
