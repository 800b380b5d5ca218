import { fileURLToPath } from 'node:url';

/** The folder of the guest programs: beside this one in the sources, beside dist in the package. */
export const guestPrograms = fileURLToPath(new URL('../guest-programs', import.meta.url));
