import type { VaultReply } from './contract/secrets.ts';
import type { Fault } from './contract.ts';

/** A host's place for secrets. */
export interface Vault {
  list(): Promise<VaultReply>;
  /** @throws VaultError where it cannot be kept safely */
  set(name: string, value: string): Promise<void>;
  remove(name: string): Promise<void>;
  /** Values by name, for the engine alone; those that cannot be opened any more are left out. */
  values(): Promise<Readonly<Record<string, string>>>;
}

/** Why a secret was not kept; carries no value. */
export class VaultError extends Error {
  override readonly name = 'VaultError';
  readonly fault: Fault;
  constructor(message: string, hint: string) {
    super(message);
    this.fault = { code: 'no-vault', message, hint };
  }
}

const NONE = 'This host keeps no secrets: name an environment variable, or a file with mode 0600.';

/** For hosts without a keychain: it has nothing, and takes nothing. */
export const noVault: Vault = {
  list: async () => ({ available: false, why: NONE, secrets: [] }),
  set: () => Promise.reject(new VaultError('This host keeps no secrets.', 'Name an environment variable or a file.')),
  remove: async () => {},
  values: async () => ({}),
};
