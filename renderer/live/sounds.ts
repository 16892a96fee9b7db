import type { LocalTime } from '../../shared/interop/notices.ts';
import type { Sound } from '../../shared/interop/settings.ts';

/**
 * Sounds of alerts, made by the page itself: no file, no network, and the same on every system. A browser lets a page be
 * heard only after somebody clicked or pressed a key on it.
 */

/** One tone: when it begins and how long it lasts (s), its pitch (Hz), its strength (0–1) and its colour. */
export interface Tone {
  readonly at: number;
  readonly lasts: number;
  readonly hz: number;
  readonly gain: number;
  readonly wave: 'sine' | 'triangle';
}

const tone = (at: number, hz: number, lasts: number, gain: number, wave: Tone['wave'] = 'sine'): Tone => ({
  ...{ at, hz, lasts, gain, wave },
});

/** Told apart by their shape, not by loudness alone: two soft steps up, one struck bell, three pairs that fall. */
export const TONES: Readonly<Record<Sound, readonly Tone[]>> = {
  none: [],
  chime: [tone(0, 660, 0.18, 0.16), tone(0.16, 880, 0.3, 0.16)],
  bell: [tone(0, 988, 1.1, 0.22), tone(0, 1976, 0.6, 0.07)],
  alarm: [0, 0.5, 1].flatMap((at) => [
    tone(at, 932, 0.18, 0.3, 'triangle'),
    tone(at + 0.2, 698, 0.22, 0.3, 'triangle'),
  ]),
};

let context: AudioContext | null = null;

function audio(): AudioContext | null {
  try {
    context ??= new AudioContext();
  } catch {
    // No sound device, or none allowed: alerts are seen all the same.
    return null;
  }
  return context;
}

/**
 * Makes the page heard from the first click or key on. What that does comes first: to open the sound device takes some
 * frames. Safari, which has no idle callbacks, allows it within the click only.
 *
 * @returns ends it
 */
export function armSounds(): () => void {
  const open = () => void audio()?.resume().catch(ignore);
  const wake = () => ('requestIdleCallback' in window ? window.requestIdleCallback(open) : open());
  const events = ['pointerdown', 'keydown'] as const;
  for (const event of events) window.addEventListener(event, wake, { once: true });
  return () => {
    for (const event of events) window.removeEventListener(event, wake);
  };
}

const ignore = () => {};

/** Plays a sound. @returns whether it is heard: false before anybody touched the page */
export async function playSound(sound: Sound): Promise<boolean> {
  const to = sound === 'none' ? null : audio();
  if (to === null) return false;
  // Where nobody touched the page this never settles: it is not waited for.
  void to.resume().catch(ignore);
  if (to.state !== 'running') await Promise.race([to.resume().catch(ignore), later(200)]);
  if (to.state !== 'running') return false;
  for (const { at, lasts, hz, gain, wave } of TONES[sound]) {
    const [from, until] = [to.currentTime + at, to.currentTime + at + lasts];
    const [source, volume] = [to.createOscillator(), to.createGain()];
    source.type = wave;
    source.frequency.value = hz;
    volume.gain.setValueAtTime(0, from);
    volume.gain.linearRampToValueAtTime(gain, from + 0.01);
    volume.gain.exponentialRampToValueAtTime(0.001, until);
    source.connect(volume).connect(to.destination);
    source.start(from);
    source.stop(until);
  }
  return true;
}

const later = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

const KEY = 'fleetwatt.sounds';

/** Whether this window makes sounds: the viewer's own choice, kept in this browser. */
export function soundsOn(): boolean {
  try {
    return localStorage.getItem(KEY) !== 'off';
  } catch {
    return true;
  }
}

export function setSoundsOn(on: boolean): void {
  try {
    localStorage.setItem(KEY, on ? 'on' : 'off');
  } catch {
    // A browser with storage switched off asks again the next time.
  }
}

/** The time of day where the viewer sits. */
export function localTime(): LocalTime {
  const time = new Date();
  return { minute: time.getHours() * 60 + time.getMinutes(), day: time.getDay() };
}
