/**
 * The account that somebody belongs to: of several the one they have belonged
 * to longest and that is not archived. Kept among their fields by the server,
 * so that who has none costs nothing.
 */
export const ACCOUNT_FIELD = 'idt::o';
