/** The one of that id, or all of that name as people write names. */
export function allNamed<T extends { id: number; name: string }>(all: readonly T[], named: string): readonly T[] {
  const byId = all.filter(({ id }) => String(id) === named);
  return byId.length > 0 ? byId : all.filter(({ name }) => isCalled(name, named));
}

/** Why none of several is taken: “several stages “New” …, with the ids 1, 2: name one by its id”. */
export function severalOf(what: string, all: readonly { id: number }[]): { why: string } {
  return { why: `there are several ${what}, with the ids ${all.map(({ id }) => id).join(', ')}: name one by its id` };
}

export function isCalled(name: string, named: string): boolean {
  return name.trim().toLowerCase() === named.trim().toLowerCase();
}

/** For people to choose from. */
export function listed(all: readonly { name: string }[]): string {
  return all.map(({ name }) => `“${name}”`).join(', ') || 'none';
}
