const DEADLINE_MS = 10_000;

/** Waits until something has come true, looking often; what it came to. Fails with `what` when it never does. */
export async function eventually<T>(what: string, look: () => Promise<T | false | undefined>): Promise<T> {
  const deadline = performance.now() + DEADLINE_MS;
  for (;;) {
    const found = await look();
    if (found !== false && found !== undefined) return found;
    if (performance.now() > deadline) throw new Error(`it never came true: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
