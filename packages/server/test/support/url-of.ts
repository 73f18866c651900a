import type { ConnectionSettings } from '../../src/platform/database/pool.ts';

/** As `DATABASE_URL` has it. */
export function urlOf(connection: ConnectionSettings): string {
  const { host = '', port, user = '', password, database = '' } = connection;
  const login = `${encodeURIComponent(user)}:${encodeURIComponent(String(password))}`;
  return host.startsWith('/')
    ? `postgres://${login}@localhost:${port}/${database}?host=${encodeURIComponent(host)}`
    : `postgres://${login}@${host}:${port}/${database}`;
}
