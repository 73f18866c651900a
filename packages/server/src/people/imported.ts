/** The source of what comes by a file: it starts no journey. */
export const IMPORTED = 'Import';
