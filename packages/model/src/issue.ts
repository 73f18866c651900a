/** What zod calls a kind of value, as whoever writes a file calls it. */
const KINDS: Readonly<Record<string, string>> = {
  ...{ object: 'keys with values', record: 'keys with values', array: 'a list', string: 'a text', number: 'a number' },
  ...{ int: 'a whole number', boolean: 'true or false', null: 'nothing' },
};

const kind = (name: string): string => KINDS[name] ?? name;

/** What is wrong with a part, for people who write it: of a part that is left out, or is of another kind, zod's words are a programmer's. */
export function issueInWords({ message }: { message: string }): string {
  const [, expected, received] = /^Invalid input: expected (\w+), received (\w+)$/.exec(message) ?? [];
  if (expected === undefined || received === undefined) return message;
  if (received !== 'undefined') return `expected ${kind(expected)}, and it is ${kind(received)}`;
  return expected === 'nonoptional' ? 'is missing' : `is missing: expected ${kind(expected)}`;
}
