import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { app } from './app.ts';

/**
 * A keychain for the stand-in: a key of its own beside the profile. It shows that what is sealed is not the text, not
 * that a keychain is safe. FLEETWATT_STANDIN_KEYCHAIN=basic_text plays a Linux without one.
 */
const backend = () => (process.env.FLEETWATT_STANDIN_KEYCHAIN === 'basic_text' ? 'basic_text' : 'gnome_libsecret');

function key(): Buffer {
  const file = join(app.getPath('userData'), 'standin-keychain');
  try {
    return readFileSync(file);
  } catch {
    const made = randomBytes(32);
    writeFileSync(file, made, { mode: 0o600 });
    return made;
  }
}

export const safeStorage = {
  getSelectedStorageBackend: backend,
  isAsyncEncryptionAvailable: async () => true,
  async encryptStringAsync(text: string): Promise<Buffer> {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', key(), nonce);
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
  },
  async decryptStringAsync(sealed: Buffer) {
    const decipher = createDecipheriv('aes-256-gcm', key(), sealed.subarray(0, 12));
    decipher.setAuthTag(sealed.subarray(12, 28));
    const result = Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]).toString('utf8');
    return { shouldReEncrypt: false, result };
  },
};
