/** Time may put it right: try again, not before `notBefore` when given. */
export class RetryLater extends Error {
  readonly notBefore: Date | undefined;
  /** Whether what was asked for may have happened all the same. */
  readonly applied: 'no' | 'unknown';

  constructor(message: string, o: { notBefore?: Date; applied: 'no' | 'unknown'; cause?: unknown }) {
    super(message, { cause: o.cause });
    this.name = 'RetryLater';
    this.notBefore = o.notBefore;
    this.applied = o.applied;
  }
}

/** The connection itself is refused (a revoked token, an account that is gone): a person has to put it right. */
export class NeedsReconnect extends Error {
  override name = 'NeedsReconnect';
}

/** A webhook body that nothing can be read from. It is kept, marked with this message, and not tried again. */
export class BadWebhook extends Error {
  override name = 'BadWebhook';
}
