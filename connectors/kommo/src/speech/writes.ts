import type { Write } from '@tributary/connector-kit';
import type { Fields } from '@tributary/model';
import { z } from 'zod';
import { personFields, stageAttributes } from '../provides.ts';

/** What is written into Kommo, as it is stored until it is written. `at` is an ISO time. */
export const noteBody = z.object({ text: z.string().min(1), at: z.iso.datetime() });
export const fieldBody = z.object({ field: z.string(), value: z.string(), at: z.iso.datetime() });
export const taskBody = z.object({ text: z.string().min(1), completeTill: z.int(), taskType: z.int() });

type Body<T extends z.ZodType> = z.infer<T>;

export function note(leadId: string, body: Body<typeof noteBody>): Omit<Write, 'key'> {
  return { kind: 'note', target: targetOf(leadId), body };
}

export function fieldWrite(leadId: string, body: Body<typeof fieldBody>): Omit<Write, 'key'> {
  return { kind: 'field', target: targetOf(leadId), body };
}

export function task(leadId: string, body: Body<typeof taskBody>): Omit<Write, 'key'> {
  return { kind: 'task', target: targetOf(leadId), body };
}

/** The deal a person is written to: the one their run started with, else the one they were last seen in. */
export function leadOf(of: { person: { fields: Fields }; entry: Fields | undefined }): string | undefined {
  const id = of.entry?.[stageAttributes.leadId.id] ?? of.person.fields[personFields.leadId.id];
  return typeof id === 'string' && isLeadId(id) ? id : undefined;
}

/** The lead a write goes to, or undefined when its target is none. */
export function leadOfTarget(target: string): string | undefined {
  const id = target.startsWith('lead:') ? target.slice('lead:'.length) : '';
  return isLeadId(id) ? id : undefined;
}

function targetOf(leadId: string): string {
  return `lead:${leadId}`;
}

function isLeadId(id: string): boolean {
  return /^[1-9]\d{0,14}$/.test(id);
}
