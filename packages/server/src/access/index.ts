export { type ApiKey, createKey, type KeyCache, keyCache, listKeys, revokeKey } from './keys.ts';
export { ensureWorkspace, findWorkspace, type Workspace } from './workspace.ts';
