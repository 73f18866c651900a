/** The caller can put it right: a 4xx, never retried. `code` is stable, `message` says what is wrong and what to do. */
export class UserError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.name = 'UserError';
    this.code = code;
    this.status = status;
  }
}

/** What an unknown thrown thing has to say, for logs and rows that keep the last error. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}
