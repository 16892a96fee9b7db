import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign as signBytes,
  verify as verifyBytes,
} from 'node:crypto';
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Sign, Verify } from '../../../shared/snapshot/file.ts';
import type { Digest } from '../../../shared/snapshot/sha256.ts';
import { FaultError } from '../fault.ts';
import { writeWhole } from '../store/atomic.ts';

export const KEY_FILE = 'snapshot-key.pem';

/** SHA-256 by the system. */
export const digest: Digest = (bytes) => createHash('sha256').update(bytes).digest('hex');

/** An Ed25519 key's 32 bytes stand behind 12 that say what it is (RFC 8410). */
const PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
const rawOf = (key: KeyObject) => key.export({ type: 'spki', format: 'der' }).subarray(PREFIX.length).toString('hex');

/** Whether a signature holds; the key is that of whoever signed, and whether to trust it is for a person to say. */
export const verify: Verify = (key, text, signature) => {
  if (!/^[0-9a-f]{64}$/.test(key) || !/^[0-9a-f]{128}$/.test(signature)) return false;
  const publicKey = createPublicKey({
    key: Buffer.concat([PREFIX, Buffer.from(key, 'hex')]),
    format: 'der',
    type: 'spki',
  });
  return verifyBytes(null, Buffer.from(text, 'ascii'), publicKey, Buffer.from(signature, 'hex'));
};

/**
 * Signs with the key of a profile, which is made when it is first needed and only its owner may read.
 *
 * @throws FaultError where the file is no such key, or others may read it
 */
export function signer(file: string): Sign {
  const key = readKey(file) ?? makeKey(file);
  const name = rawOf(createPublicKey(key));
  return (text) => ({ key: name, signature: signBytes(null, Buffer.from(text, 'ascii'), key).toString('hex') });
}

function readKey(file: string): KeyObject | null {
  let pem: string;
  try {
    if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0)
      throw new FaultError('key-open', `${KEY_FILE} can be read by others`, 'Set its mode to 0600.');
    pem = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // Told below, like a key of another kind.
  }
  throw new FaultError('key-bad', `${KEY_FILE} is no Ed25519 key`, 'Move it away; a new one is made.');
}

function makeKey(file: string): KeyObject {
  const { privateKey } = generateKeyPairSync('ed25519');
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeWhole(file, privateKey.export({ type: 'pkcs8', format: 'pem' }) as string);
  return privateKey;
}
