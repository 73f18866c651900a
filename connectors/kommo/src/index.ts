export { kommo } from './connector.ts';
export type { KommoSettings } from './settings.ts';
