export { type ApiKey, createKey, type KeyCache, keyCache, listKeys, revokeKey } from './keys.ts';
export { ensureWorkspace, type Workspace } from './workspace.ts';
