import { createWriteTimes, type DueWrite, type Tools, type WriteTimes } from '@tributary/connector-kit';
import type { Entity } from '../entity.ts';
import type { Echoes } from '../reading/nothing-new.ts';
import type { Stages } from '../reading/stages.ts';
import type { Api } from '../rest/api.ts';
import { type BatchSize, createBatchSize } from '../rest/batch-size.ts';
import type { FieldBook } from '../set-up/fields.ts';
import { advised } from './batch.ts';
import { createUsers, type Users } from './users.ts';

/** What writing needs, for the length of a session. */
export interface Writer {
  api: Api;
  tools: Tools;
  fields: FieldBook;
  stages: Stages;
  users: Users;
  echoes: Echoes;
  times: WriteTimes;
  sizes: Record<'leads' | 'contacts' | 'notes' | 'tasks', BatchSize>;
}

export interface Addressed {
  write: DueWrite;
  entity: Entity;
}

export function createWriter(o: Pick<Writer, 'api' | 'tools' | 'fields' | 'stages' | 'echoes'>): Writer {
  const size = () => createBatchSize({ most: advised });
  const sizes = { leads: size(), contacts: size(), notes: size(), tasks: size() };
  return { ...o, users: createUsers(o.api, o.tools.now), times: createWriteTimes(), sizes };
}
