/** Settings are shown to every viewer: what is named like a secret must be a reference to one. */
const SECRET_HEADER = /token|secret|key|cookie|passw|credential|auth/i;

/** Whether a header of this name may not have its value in the settings. */
export const isSecretHeader = (name: string) => SECRET_HEADER.test(name);
