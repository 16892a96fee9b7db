const { env } = (globalThis as unknown as { process: { env: Readonly<Record<string, string | undefined>> } }).process;

/** Properties are tried on the same cases in every run; FLEETWATT_SEED asks for others. */
export const SEED = Number(env.FLEETWATT_SEED ?? 1);
