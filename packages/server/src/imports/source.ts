/** The timeline's name for whatever comes by an import. */
export const SOURCE = 'Import';
