export { realHttp } from './http.ts';
export { createMemory } from './memory.ts';
