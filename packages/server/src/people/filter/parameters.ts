import { fullTimezone } from '@tributary/model';

/** The values of a statement that is being built: text never holds a value, so its plan can be kept. */
export interface Parameters {
  readonly values: readonly unknown[];
  /** Adds a value and returns what stands for it, as of that type. */
  add(value: unknown, type: string): string;
}

/** What stands for a time zone, by the name that PostgreSQL knows it by. */
export function zoneSql(timezone: string, parameters: Parameters): string {
  return parameters.add(fullTimezone(timezone), 'text');
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
