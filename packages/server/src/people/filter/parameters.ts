/** The values of a statement that is being built: text never holds a value, so its plan can be kept. */
export interface Parameters {
  readonly values: readonly unknown[];
  /** Adds a value and returns what stands for it, as of that type. */
  add(value: unknown, type: string): string;
}

export function createParameters(first: readonly unknown[] = []): Parameters {
  const values = [...first];
  return {
    values,
    add(value, type) {
      values.push(value);
      return `$${values.length}::${type}`;
    },
  };
}
