/** What an operator can put right: the message says what is wrong and what to do. */
export class EmbeddedDatabaseError extends Error {
  override name = 'EmbeddedDatabaseError';
}

/** Another process owns the data folder, and is well. */
export class DataFolderInUse extends EmbeddedDatabaseError {
  override name = 'DataFolderInUse';
  /** As a sentence names it: `process 12`. */
  readonly holder: string;

  constructor(message: string, holder: string) {
    super(message);
    this.holder = holder;
  }
}
