import type { DueWrite, Tools } from '@tributary/connector-kit';
import type { Echoes } from '../reading/nothing-new.ts';
import type { Api } from '../rest/api.ts';
import type { FieldBook } from '../set-up/fields.ts';
import { type BatchSize, createBatchSize } from './batch.ts';
import { createFieldTimes, type FieldTimes } from './field-times.ts';

/** What writing needs, for the length of a session. */
export interface Writer {
  api: Api;
  tools: Tools;
  fields: FieldBook;
  echoes: Echoes;
  fieldTimes: FieldTimes;
  sizes: Record<'fields' | 'notes' | 'tasks', BatchSize>;
}

export interface Addressed {
  write: DueWrite;
  leadId: string;
}

export function createWriter(o: Pick<Writer, 'api' | 'tools' | 'fields' | 'echoes'>): Writer {
  const sizes = { fields: createBatchSize(), notes: createBatchSize(), tasks: createBatchSize() };
  return { ...o, fieldTimes: createFieldTimes(), sizes };
}
