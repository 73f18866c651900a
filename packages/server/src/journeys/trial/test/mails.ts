import type { Path } from '../path.ts';
import { START } from './scene.ts';

const HOUR = 3_600_000;
/** The simulation begins on a Monday at eight in UTC. */
export const at = (hours: number): Date => new Date(START.getTime() + hours * HOUR);
export const mail = (next: string, sending?: object, more: object = {}) => {
  return { kind: 'email', template: 'Hello', next, ...(sending ? { sending } : {}), ...more };
};
export const delay = (hours: number, next: string) => ({ kind: 'delay', for: { hours }, next });
export const webhook = (next: string) => ({ kind: 'webhook', url: 'https://crm.example/x', next });
export const end = { kind: 'exit' };
export const two = { first: mail('second'), second: mail('end'), end };
export const wait = { kind: 'wait', next: 'end' };
export const opened = (shape: string) => happened('act::o', shape);

export const happened = (activity: string, shape: string) => ({
  '$act::has_occurred': { field_id: activity, filter: { '$str::is': { field_id: 'str::jsi', value: shape } } },
});
export const receipt = {
  '$act::has_occurred': { field_id: 'act::s', filter: { '$bol::is': { field_id: 'bol::t', value: true } } },
};

/** What becomes of messages and of the run, with the hours since the beginning. */
export function told({ path, end: { waiting } }: Path): string[] {
  const lines = path.flatMap((entry) => {
    const hours = (entry.at.getTime() - START.getTime()) / HOUR;
    if ('event' in entry) return [`${hours} h * ${entry.event}`];
    if ('outbox' in entry) return [`${hours} h ${entry.shape} ${entry.outbox}`];
    const { shape, did, message } = entry;
    if (!message) return [`${hours} h ${shape}: ${did}`];
    return [
      `${hours} h ${shape} ${message.waits?.told ?? (message.not_sent ? `is not sent: ${message.not_sent}` : 'is sent')}`,
    ];
  });
  return [...lines, ...waiting.map(({ shape, waits }) => `${shape} still ${waits.told}`)];
}
