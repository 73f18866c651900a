import type { DueWrite, WriteOutcome, WriteTimes } from '@tributary/connector-kit';
import { type Entity, targetOf } from '../entity.ts';
import { done } from './outcomes.ts';
import type { Addressed } from './writer.ts';

/** A part of an entity's body: a custom field with its values, or properties of its own. */
export type Part =
  | { field: { field_id: number; values: readonly object[] } }
  | { own: Readonly<Record<string, number>> };

/** One thing that is to be different about a deal or a contact, and the writes that are settled with it. */
export interface Change {
  entity: Entity;
  /** What of the entity: of two changes of the same, the later counts. */
  about: string;
  at: number;
  writes: readonly DueWrite[];
  part: Part;
  /** What the part is when it is looked up anew: Kommo refused it, and what is known here may be outdated. */
  again(): Promise<Part | { why: string }>;
}

/** For many changes that are refused for one reason, such as a field that was deleted: what is known is forgotten once. */
export function once(forget: () => void): () => void {
  let isForgotten = false;
  return () => {
    if (!isForgotten) forget();
    isForgotten = true;
  };
}

/** What is to be sent, and what is settled without sending anything. */
export interface Plan {
  settled: WriteOutcome[];
  changes: Change[];
}

/** A write of which it is known what it is about. */
export interface Placed<T> extends Addressed {
  about: string;
  at: number;
  wanted: T;
}

/** The latest wish for each thing of each entity, and the writes it stands for. */
export interface Latest<T> extends Omit<Placed<T>, 'write'> {
  writes: readonly DueWrite[];
}

/**
 * Of several wishes for one thing the latest counts, and the others are done
 * with it; so are those that come after a later one was written.
 */
export function latestOf<T>(
  placed: readonly Placed<T>[],
  times: WriteTimes,
): { settled: WriteOutcome[]; latest: Latest<T>[] } {
  const latest = new Map<string, Latest<T>>();
  const settled: WriteOutcome[] = [];
  for (const { write, entity, about, at, wanted } of placed) {
    if (times.isOvertaken(targetOf(entity), about, at)) {
      settled.push(...done([write], 'overtaken by a later one'));
      continue;
    }
    const place = `${targetOf(entity)} ${about}`;
    const other = latest.get(place);
    const winner = other && other.at > at ? other : { at, wanted };
    const writes = [...(other?.writes ?? []), write];
    latest.set(place, { entity, about, writes, at: winner.at, wanted: winner.wanted });
  }
  return { settled, latest: [...latest.values()] };
}
