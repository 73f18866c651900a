/** By its id, or by its name as people write names. */
export function findNamed<T extends { id: number; name: string }>(all: readonly T[], named: string): T | undefined {
  return all.find(({ id }) => String(id) === named) ?? all.find(({ name }) => isCalled(name, named));
}

export function isCalled(name: string, named: string): boolean {
  return name.trim().toLowerCase() === named.trim().toLowerCase();
}

/** For people to choose from. */
export function listed(all: readonly { name: string }[]): string {
  return all.map(({ name }) => `“${name}”`).join(', ') || 'none';
}
