const TEXT_MAX = 255;
/** Loose on purpose: whether an address exists, only its server knows. */
const EMAIL = /^[^\s@<>,;\0]+@[^\s@<>,;\0]+$/;

/** Whether it can be an e-mail address, and be kept. */
export function isAddress(given: string): boolean {
  const address = given.trim();
  return EMAIL.test(address) && address.isWellFormed() && [...address].length <= TEXT_MAX;
}

/** An address as the list keeps it, and as people are looked up by it. */
export function addressOf(email: string): string {
  return email.trim().toLowerCase();
}
