export { ortto } from './connector.ts';
export type { OrttoSettings } from './settings.ts';
