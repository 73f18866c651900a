import type { ConnectorAction } from '@tributary/connector-kit';
import { field } from './field.ts';
import { note } from './note.ts';
import { responsible } from './responsible.ts';
import { stage } from './stage.ts';
import { task } from './task.ts';

/** The steps Kommo adds to journeys. */
export const actions: Readonly<Record<string, ConnectorAction>> = { task, note, field, stage, responsible };
