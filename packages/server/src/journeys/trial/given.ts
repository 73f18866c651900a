import { type Fields, parseFieldId, problemWithValue } from '@tributary/model';
import { UserError } from '../../platform/errors.ts';
import type { SimulateInput } from './input.ts';
import type { ScriptEvent } from './script.ts';

/** What is said of somebody made up, and of what starts the run, can be so: a misspelt id would show the way of another person. */
export function checkGiven({ person, entry }: SimulateInput, hasField: (id: string) => boolean): void {
  if (typeof person === 'object' && 'fields' in person) checkFields('person', person.fields, hasField);
  checkAttributes('entry', entry);
}

/** What a script may name. */
interface Known {
  hasField(id: string): boolean;
  hasActivity(id: string): boolean;
}

/** The same of what happens in the script. */
export function checkScript(events: readonly ScriptEvent[], { hasField, hasActivity }: Known): void {
  for (const [i, { set, clear, activity }] of events.entries()) {
    if (activity && !hasActivity(activity.id)) refuse(`events[${i}]: there is no activity ${activity.id}`);
    checkFields(`events[${i}]`, { ...set, ...Object.fromEntries(clear.map((id) => [id, null])) }, hasField);
    checkAttributes(`events[${i}]`, activity?.attributes ?? {});
  }
}

function checkFields(what: string, fields: Fields, hasField: (id: string) => boolean): void {
  for (const id of Object.keys(fields)) {
    // What the server keeps, such as when somebody was seen, has ids without a type.
    if (id.includes(':') ? !hasField(id) : !/^[a-z]$/.test(id)) refuse(`${what}: there is no field ${id}`);
  }
  checkValues(what, fields);
}

function checkAttributes(what: string, attributes: Fields): void {
  for (const id of Object.keys(attributes)) {
    if (!parseFieldId(id)) refuse(`${what}: "${id}" is not an attribute id such as str:cm:order`);
  }
  checkValues(what, attributes);
}

function checkValues(what: string, values: Fields): void {
  for (const [id, value] of Object.entries(values)) {
    const type = parseFieldId(id)?.type;
    const problem = type === undefined || value === null ? undefined : problemWithValue(type, value);
    if (problem !== undefined) refuse(`${what}: ${id}: ${problem}`);
  }
}

function refuse(problem: string): never {
  throw new UserError('simulation_wrong', problem);
}
