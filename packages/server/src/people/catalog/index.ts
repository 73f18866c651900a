import type { EntityKind } from '@tributary/model';
import type { Tx } from '../../platform/database/pool.ts';
import { UserError } from '../../platform/errors.ts';
import { changeSchema, type Define } from '../define.ts';
import {
  type Definition,
  listTagCounts,
  listWholeDefinitions,
  lockDefinition,
  type TagCount,
  updateDefinition,
  updateDefinitionToArchived,
} from './store/catalog.sql.ts';

/** What is asked of a definition; what is not said stays. */
export type DefinitionChange = Partial<Pick<Definition, 'name' | 'touch' | 'details' | 'attributes'>>;

/** Tags, and the activities that can be recorded. */
export interface Catalog {
  definitions(workspaceId: number, entity: EntityKind): Promise<Definition[]>;
  changeDefinition(workspaceId: number, activityId: string, change: DefinitionChange): Promise<Definition>;
  /** Nothing of it is recorded from now on; what was recorded stays. Made again, it goes on. */
  archiveDefinition(workspaceId: number, activityId: string): Promise<void>;
  /** The tags whose name contains a text, with how many have them. */
  tags(workspaceId: number, text: string): Promise<TagCount[]>;
}

export function createCatalog(define: Define): Catalog {
  const { db, clock } = define;
  const locked = async (tx: Tx, workspaceId: number, activityId: string): Promise<Definition> => {
    const definition = await lockDefinition(tx, workspaceId, activityId);
    if (!definition) throw new UserError('definition_not_found', `${activityId}: there is no such activity`, 404);
    if (definition.builtIn) throw new UserError('definition_built_in', `${activityId} is built in and stays as it is`);
    return definition;
  };
  return {
    definitions: (workspaceId, entity) => listWholeDefinitions(db, workspaceId, entity),
    changeDefinition: (workspaceId, activityId, asked) =>
      changeSchema(define, async (tx) => {
        const before = await locked(tx, workspaceId, activityId);
        const after = {
          ...before,
          ...asked,
          details: { ...before.details, ...asked.details },
          editedAt: clock.now(),
        };
        await updateDefinition(tx, workspaceId, activityId, after);
        return after;
      }),
    archiveDefinition: (workspaceId, activityId) =>
      changeSchema(define, async (tx) => {
        await locked(tx, workspaceId, activityId);
        await updateDefinitionToArchived(tx, workspaceId, activityId, clock.now());
      }),
    tags: (workspaceId, text) => listTagCounts(db, workspaceId, text),
  };
}
