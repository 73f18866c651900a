import { type Fields, parseFieldId, problemWithValue } from '@tributary/model';
import { UserError } from '../../platform/errors.ts';
import type { SimulateInput } from './input.ts';

/** What is said of somebody made up, and of what starts the run, can be so: a misspelt id would show the way of another person. */
export function checkGiven({ person, entry }: SimulateInput, hasField: (id: string) => boolean): void {
  if (typeof person === 'object' && 'fields' in person) {
    for (const id of Object.keys(person.fields)) {
      // What the server keeps, such as when somebody was seen, has ids without a type.
      if (id.includes(':') ? !hasField(id) : !/^[a-z]$/.test(id)) refuse(`person: there is no field ${id}`);
    }
    checkValues('person', person.fields);
  }
  for (const id of Object.keys(entry)) {
    if (!parseFieldId(id)) refuse(`entry: "${id}" is not an attribute id such as str:cm:order`);
  }
  checkValues('entry', entry);
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
