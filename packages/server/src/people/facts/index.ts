import {
  type Fields,
  type Filter,
  type Happened,
  isActivityOperator,
  isMembershipOperator,
  leavesOf,
  looksBackTo,
  occurredOf,
  PERSON_ID,
  publicId,
} from '@tributary/model';
import type { Tx } from '../../platform/database/pool.ts';
import type { Schema } from '../schema.ts';
import { valuesOf } from '../search/index.ts';
import { type FactsRow, listFacts } from './facts.sql.ts';

/** All that filters ask about somebody, but for what other rooms know. */
export interface PersonFacts {
  fields: Fields;
  /** As outside: of those who have become them, where a filter asks for ids. */
  formerIds: readonly string[];
  /** By the activity's id; oldest first. */
  did: ReadonlyMap<string, readonly Happened[]>;
}

/** Whoever did more than this in the time that is asked about is not carried here: ask the database. */
const LOOKED_MAX = 1000;

/**
 * What these filters ask about these people, as of one moment. Who is not there, or archived, is not among them; of
 * whom there is too much to carry is `'too much'`.
 */
export async function facts(
  tx: Tx,
  of: { workspaceId: number; schema: Schema; now: Date },
  ids: readonly string[],
  filters: readonly Filter[],
): Promise<Map<string, PersonFacts | 'too much'>> {
  const { schema } = of;
  const wanted = wantedBy(filters, of.now);
  const kindOf = (activityId: string): number[] => {
    const definition = schema.activities.get(activityId);
    return definition ? [definition.definitionId] : [];
  };
  const kinds = [...wanted.kinds].flatMap(kindOf);
  const rows = await listFacts(tx, of.workspaceId, ids, {
    kinds,
    withAttributes: [...wanted.withAttributes].flatMap(kindOf),
    since: wanted.since ?? null,
    limit: LOOKED_MAX + 1,
    tags: wanted.fields.has('tags'),
    formerIds: wanted.fields.has(PERSON_ID),
  });
  const fields = [...wanted.fields];
  return new Map(rows.map((row) => [row.id, row.looked > LOOKED_MAX ? 'too much' : factsIn(row, fields, schema)]));
}

/** What others say of membership may hang on these. */
const PERMISSIONS = ['bol::p', 'bol::sp'];

interface Wanted {
  fields: Set<string>;
  kinds: Set<string>;
  withAttributes: Set<string>;
  /** As far back as any of them looks; undefined: all of it. */
  since: Date | undefined;
}

function wantedBy(filters: readonly Filter[], now: Date): Wanted {
  const wanted: Wanted = { fields: new Set(), kinds: new Set(), withAttributes: new Set(), since: now };
  const lookBack = (since: Date | undefined): void => {
    if (wanted.since && (!since || since < wanted.since)) wanted.since = since;
  };
  for (const leaf of filters.flatMap(leavesOf)) {
    if (isMembershipOperator(leaf.operator)) {
      for (const id of PERMISSIONS) wanted.fields.add(id);
      continue;
    }
    const occurred = occurredOf(leaf.fieldId);
    if (isActivityOperator(leaf.operator)) {
      wanted.kinds.add(leaf.fieldId);
      if (leaf.where) wanted.withAttributes.add(leaf.fieldId);
      lookBack(looksBackTo(leaf, now));
    } else {
      wanted.fields.add(leaf.fieldId);
      if (!occurred) continue;
      wanted.kinds.add(occurred.activityId);
      lookBack(undefined);
    }
  }
  return wanted;
}

function factsIn(row: FactsRow, fieldIds: readonly string[], schema: Schema): PersonFacts {
  const did = new Map<string, Happened[]>();
  for (const [definitionId, at, attributes] of row.did ?? []) {
    const activityId = schema.activityIdOf.get(definitionId)!;
    const known = did.get(activityId);
    const one = { at: new Date(at), attributes: attributes ?? {} };
    if (known) known.push(one);
    else did.set(activityId, [one]);
  }
  const formerIds = row.former.map((id) => publicId(id));
  return { fields: { ...valuesOf(row, fieldIds), ...occurredIn(did, fieldIds) }, formerIds, did };
}

/** When activities occurred first and last, for the fields that are that. */
function occurredIn(did: ReadonlyMap<string, readonly Happened[]>, fieldIds: readonly string[]): Fields {
  const entries = fieldIds.flatMap((id): [string, string][] => {
    const occurred = occurredOf(id);
    const one = occurred && did.get(occurred.activityId)?.at(occurred.end === 'first' ? 0 : -1);
    return one ? [[id, one.at.toISOString()]] : [];
  });
  return Object.fromEntries(entries);
}
