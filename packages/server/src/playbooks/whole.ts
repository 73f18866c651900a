import type { Playbook } from '@tributary/model';
import { refuseIf } from './fault.ts';
import { readLibrary } from './read.ts';
import { templatesWanted } from './wanted.ts';

/** A file with a journey as one piece of data: the templates that stand beside it are in it. Names stay names. */
export async function wholePlaybook(file: string): Promise<Playbook & { journey: Record<string, unknown> }> {
  const library = await readLibrary(file);
  refuseIf(library.faults);
  const [book] = library.books;
  const templates = [...templatesWanted(library)].map(([name, { template }]) => [name, template] as const);
  return { ...book!.playbook, journey: book!.journey, templates: Object.fromEntries(templates) };
}
