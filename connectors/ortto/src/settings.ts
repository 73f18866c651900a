import { z } from 'zod';

/** Where accounts are, by their region: a key works in its own region only (Ortto help, custom API data sources). */
const regions: ReadonlyMap<string, string> = new Map([
  ['us', 'https://api.ap3api.com'],
  ['au', 'https://api.au.ap3api.com'],
  ['eu', 'https://api.eu.ap3api.com'],
]);

/**
 * Where the account is and the key to it. `url` is a region, or the address of
 * anything that speaks Ortto's API, such as another Tributary. The key is the
 * private one of a custom API data source.
 */
export const orttoSettings = z.object({
  url: z
    .string()
    .trim()
    .transform((given, ctx) => {
      const origin = regions.get(given.toLowerCase()) ?? originOf(given);
      if (origin) return origin;
      ctx.addIssue({ code: 'custom', message: 'expected us, au, eu, or an address such as https://api.ap3api.com' });
      return z.NEVER;
    }),
  key: z
    .string()
    .trim()
    .min(1)
    .max(1_000)
    // Goes into a header: anything but visible ASCII would make every request fail in an unhelpful way.
    .regex(/^[\x21-\x7e]+$/, 'a key has no spaces or special characters'),
});

export type OrttoSettings = z.infer<typeof orttoSettings>;

function originOf(given: string): string | undefined {
  if (!URL.canParse(given)) return undefined;
  const { protocol, origin, pathname, search, hash, username, password } = new URL(given);
  const bare = /^\/(v1\/?)?$/.test(pathname) && !search && !hash && !username && !password;
  return bare && (protocol === 'https:' || protocol === 'http:') ? origin : undefined;
}
