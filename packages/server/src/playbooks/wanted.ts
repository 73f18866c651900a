import { checkJourney, type JourneyDefinition, type Template } from '@tributary/model';
import type { Audiences } from '../audiences/index.ts';
import type { Connectors } from '../connectors/index.ts';
import { type Journeys, templatesIn } from '../journeys/index.ts';
import type { Messages } from '../messages/index.ts';
import type { People } from '../people/index.ts';
import type { Db } from '../platform/database/pool.ts';
import { type Book, journeyFault } from './book.ts';
import { loadCatalog } from './catalog.ts';
import type { Fault } from './fault.ts';
import { type Catalog, withIds } from './names.ts';
import type { Library } from './read.ts';

/** The rooms that texts of journeys have to do with. */
export interface Shelf {
  db: Db;
  people: People;
  audiences: Audiences;
  messages: Messages;
  journeys: Journeys;
  connectors: Connectors;
}

/** What files want a workspace to have. */
export interface Wanted {
  journeys: WantedJourney[];
  templates: Map<string, { template: Template; file: string }>;
  /** What their names were looked up in. */
  catalog: Catalog;
}

export interface WantedJourney {
  book: Book;
  /** With ids where the file has names: what is stored. */
  journey: Record<string, unknown>;
  definition: JourneyDefinition;
  /** Journeys that its conditions name, and that are not there yet: they stand by their names. */
  coming: readonly string[];
  /** Names that are nothing, or several; then it stands as far as they were found. */
  faults: Fault[];
  /** Where these names are. */
  astray: readonly string[];
}

/** Reads out of files what is wanted, with names looked up in the workspace. */
export async function wantedOf(shelf: Shelf, workspaceId: number, library: Library): Promise<Wanted> {
  const playbooks = library.books.map(({ playbook }) => playbook);
  const catalog = await loadCatalog(shelf, workspaceId, playbooks);
  const journeys = library.books.map((book) => wantedJourney(book, catalog));
  return { journeys, templates: templatesWanted(library), catalog };
}

/** A journey with its names looked up, and everything that is wrong with it then. */
export function wantedJourney(book: Book, catalog: Catalog): WantedJourney {
  const { journey, problems, coming } = withIds(book.journey, book.definition, catalog);
  const checked = problems.length > 0 ? { problems } : checkJourney(journey);
  if ('journey' in checked) return { book, journey, definition: checked.journey, coming, faults: [], astray: [] };
  return {
    ...{ book, journey, definition: book.definition, coming },
    faults: checked.problems.map((problem) => journeyFault(book.source, problem)),
    astray: checked.problems.map(({ at }) => at),
  };
}

/** Of a folder all that it has; beside a single file those that its journey names. */
export function templatesWanted(library: Library): Wanted['templates'] {
  const inline = library.books.flatMap(({ playbook, source: { file } }) =>
    Object.entries(playbook.templates).map(([name, template]) => [name, { template, file }] as const),
  );
  const named = new Set(
    library.books.flatMap(({ definition }) => templatesIn(definition).map(({ template }) => template)),
  );
  const beside = library.templates.filter(({ name }) => library.whole || named.has(name));
  return new Map([...inline, ...beside.map(({ name, template, file }) => [name, { template, file }] as const)]);
}
