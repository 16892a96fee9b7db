import { z } from 'zod';
import { vaultName } from '../transport.ts';

/** Calls of the vault. A host answers them itself: no value of a secret ever leaves it but to the engine. */

/** What may be told of the vault. */
export interface VaultReply {
  /** Whether this host can keep secrets. */
  readonly available: boolean;
  /** Why it cannot, and what to do instead; '' where it can. */
  readonly why: string;
  /** Names of the secrets it has, and when each was set, epoch ms; never a value. */
  readonly secrets: readonly { readonly name: string; readonly setAt: number }[];
}

/** name → who may call it, and how its argument is parsed. */
export const secretCalls = {
  secrets: { role: 'operate', arg: z.strictObject({}) },
  /** Write-only: nothing reads it back. */
  setSecret: {
    role: 'operate',
    arg: z.strictObject({ name: vaultName, value: z.string().min(1).max(65_536) }),
  },
  removeSecret: { role: 'operate', arg: z.strictObject({ name: vaultName }) },
} as const;

export interface SecretCallResults {
  secrets: VaultReply;
  setSecret: VaultReply;
  removeSecret: VaultReply;
}
