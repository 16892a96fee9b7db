import { readFileSync } from 'node:fs';
import { safeStorage } from 'electron';
import { type Vault, VaultError } from '../../shared/vault.ts';
import { writeWhole } from './whole-file.ts';

/** One secret as it lies on disk: sealed by the system's keychain. */
interface Sealed {
  readonly setAt: number;
  /** Base64 of what `encryptStringAsync` gave. */
  readonly sealed: string;
}

const PLAIN = 'This system has no keychain that is unlocked, and Fleetwatt writes no secret in plain text.';
const INSTEAD =
  'Unlock or install one (gnome-keyring, KWallet), or name an environment variable or a file with mode 0600.';

/** Secrets in `secrets.json` of the profile, each sealed by the system's keychain; never in plain text (electron.md 7). */
export class DesktopVault implements Vault {
  readonly #file: string;
  readonly #now: () => number;

  constructor(file: string, now: () => number) {
    this.#file = file;
    this.#now = now;
  }

  async list() {
    const available = await canSeal();
    const secrets = Object.entries(this.#read()).map(([name, { setAt }]) => ({ name, setAt }));
    return { available, why: available ? '' : `${PLAIN} ${INSTEAD}`, secrets };
  }

  async set(name: string, value: string): Promise<void> {
    if (!(await canSeal())) throw new VaultError(PLAIN, INSTEAD);
    const sealed = (await safeStorage.encryptStringAsync(value)).toString('base64');
    this.#write({ ...this.#read(), [name]: { setAt: this.#now(), sealed } });
    if (this.#read()[name]?.sealed !== sealed)
      throw new VaultError('The secret could not be saved.', 'Check the disk and who owns the profile folder.');
  }

  async remove(name: string): Promise<void> {
    const { [name]: _gone, ...others } = this.#read();
    this.#write(others);
  }

  async values(): Promise<Readonly<Record<string, string>>> {
    const values: Record<string, string> = {};
    if (!(await canSeal())) return values;
    for (const [name, { sealed }] of Object.entries(this.#read())) {
      // Sealed by another keychain (a profile that was copied): it has to be set again, and its source says so.
      const opened = await safeStorage.decryptStringAsync(Buffer.from(sealed, 'base64')).catch(() => undefined);
      if (opened) values[name] = opened.result;
    }
    return values;
  }

  #read(): Readonly<Record<string, Sealed>> {
    try {
      const { secrets } = JSON.parse(readFileSync(this.#file, 'utf8')) as { secrets?: Record<string, Sealed> };
      const whole = ([, one]: [string, Sealed]) => typeof one?.sealed === 'string' && typeof one.setAt === 'number';
      return Object.fromEntries(Object.entries(secrets ?? {}).filter(whole));
    } catch {
      return {};
    }
  }

  #write(secrets: Readonly<Record<string, Sealed>>): void {
    writeWhole(this.#file, `${JSON.stringify({ schema: 1, secrets }, null, 2)}\n`);
  }
}

/** Whether what is sealed can be opened by this user alone. `basic_text` on Linux is no sealing: its key is known. */
async function canSeal(): Promise<boolean> {
  if (process.platform === 'linux') {
    const backend = safeStorage.getSelectedStorageBackend();
    if (backend === 'basic_text' || backend === 'unknown') return false;
  }
  return safeStorage.isAsyncEncryptionAvailable();
}
