import { utf8Of } from '../exposition/bytes.ts';
import type { Labels } from '../labels.ts';

/** FNV-1a's prime 0x100000001b3 and offset basis, as four 16-bit limbs, lowest first. */
const BASIS = [0x2325, 0x8422, 0x9ce4, 0xcbf2] as const;
const SEPARATOR = 0xff;
const LOW = 0x1b3;

const known = new WeakMap<Labels, string>();

/**
 * Identity of a label set: 64-bit FNV-1a over names and values in the order of names, each followed by 0xFF. It is
 * the fingerprint that Prometheus and Alertmanager give the same labels. 16 hexadecimal digits.
 */
export function fingerprint(labels: Labels): string {
  let made = known.get(labels);
  if (made === undefined) {
    made = hash(labels);
    known.set(labels, made);
  }
  return made;
}

function hash(labels: Labels): string {
  let [a, b, c, d] = BASIS as readonly number[];
  const byte = (value: number) => {
    a ^= value;
    // × (2^40 + 0x1b3): every limb × 0x1b3, and limbs 0 and 1 once more 40 bits higher.
    const a1 = a * LOW;
    const b1 = b * LOW + (a1 >>> 16);
    const c1 = c * LOW + ((a & 0xff) << 8) + Math.floor(b1 / 65_536);
    const d1 = d * LOW + ((a >>> 8) | ((b & 0xff) << 8)) + Math.floor(c1 / 65_536);
    [a, b, c, d] = [a1 & 0xffff, b1 & 0xffff, c1 & 0xffff, d1 & 0xffff];
  };
  const text = (value: string) => {
    for (const one of utf8Of(value)) byte(one);
    byte(SEPARATOR);
  };
  for (const [name, value] of [...labels].sort(([one], [other]) => (one < other ? -1 : 1))) {
    text(name);
    text(value);
  }
  return [d, c, b, a].map((limb) => limb.toString(16).padStart(4, '0')).join('');
}
