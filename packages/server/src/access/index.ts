export { type ApiKey, createKey, findKey, type KeyCache, keyCache, listKeys, revokeKey } from './keys.ts';
export { ensureWorkspace, findWorkspace, type Workspace } from './workspace.ts';
