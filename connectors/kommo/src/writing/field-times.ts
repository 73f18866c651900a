/** The moments of the values last written, so that a write that comes late, after a retry, does not undo a newer one. */
export interface FieldTimes {
  isOvertaken(leadId: string, field: string, at: number): boolean;
  wrote(leadId: string, field: string, at: number): void;
}

const kept = 20_000;

export function createFieldTimes(): FieldTimes {
  const times = new Map<string, number>();
  return {
    isOvertaken: (leadId, field, at) => (times.get(`${leadId} ${field}`) ?? Number.NEGATIVE_INFINITY) > at,
    wrote(leadId, field, at) {
      const key = `${leadId} ${field}`;
      times.delete(key);
      times.set(key, at);
      const [oldest] = times.keys();
      if (times.size > kept && oldest !== undefined) times.delete(oldest);
    },
  };
}
