import { z } from 'zod';

/**
 * Where the account is and the key to it. The token is a long-lived one of a
 * private integration, made by an administrator (Kommo, "Long-lived token").
 * Requests go to the account's own address, as Kommo asks; amoCRM speaks the
 * same API at `*.amocrm.ru`, so any origin is taken.
 */
export const kommoSettings = z.object({
  url: z
    .string()
    .trim()
    .transform((given, ctx) => {
      const origin = originOf(given);
      if (origin) return origin;
      ctx.addIssue({ code: 'custom', message: 'expected an address such as https://yourcompany.kommo.com' });
      return z.NEVER;
    }),
  token: z
    .string()
    .trim()
    .min(1)
    .max(10_000)
    // Goes into a header: anything but visible ASCII would make every request fail in an unhelpful way.
    .regex(/^[\x21-\x7e]+$/, 'a token has no spaces or special characters'),
});

export type KommoSettings = z.infer<typeof kommoSettings>;

function originOf(given: string): string | undefined {
  if (!URL.canParse(given)) return undefined;
  const { protocol, origin, pathname, search, hash, username, password } = new URL(given);
  const bare = pathname === '/' && !search && !hash && !username && !password;
  return bare && (protocol === 'https:' || protocol === 'http:') ? origin : undefined;
}
