/** An address as the list keeps it, and as people are looked up by it. */
export function addressOf(email: string): string {
  return email.trim().toLowerCase();
}
