import type { FastifyInstance } from 'fastify';

/** The methods that an address takes, by the routes that the scope gets from here on; none where there is no such address. */
export function methodsIn(scope: FastifyInstance): (url: string) => string[] {
  const routes: { fits: RegExp; methods: string[] }[] = [];
  scope.addHook('onRoute', ({ url, method }) => {
    if (!url.endsWith('*')) routes.push({ fits: patternOf(url), methods: [method].flat() });
  });
  return (url) => {
    const path = url.split('?')[0]!;
    return [...new Set(routes.flatMap(({ fits, methods }) => (fits.test(path) ? methods : [])))];
  };
}

/** A route's address, with anything in place of its parameters. */
function patternOf(url: string): RegExp {
  const parts = url.split(/:\w+/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('[^/]+')}$`);
}
