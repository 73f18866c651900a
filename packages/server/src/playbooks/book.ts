import {
  checkJourney,
  issueInWords,
  type JourneyDefinition,
  journeyDefinition,
  type Playbook,
  type Problem,
  playbook,
} from '@tributary/model';
import { problemsByItself } from '../journeys/index.ts';
import type { Fault } from './fault.ts';
import { faultAt, type Source } from './source.ts';
import { problemWithTemplate } from './template-file.ts';

/** A file with a journey. */
export interface Book {
  source: Source;
  playbook: Playbook;
  /** As it stands in the file: with names where it has names. */
  journey: Record<string, unknown>;
  /** The same, checked. */
  definition: JourneyDefinition;
}

/** A playbook, as far as it can be told without knowing the workspace; or everything that is wrong with it. */
export function bookFrom(source: Source): Book | { faults: Fault[] } {
  const parsed = playbook.safeParse(source.data);
  if (!parsed.success) {
    return {
      faults: parsed.error.issues.map((issue) =>
        faultAt(source, issue.path.join('.'), issueInWords(issue), 'keys' in issue ? (issue.keys as string[]) : []),
      ),
    };
  }
  const { journey, templates } = parsed.data;
  const checked = checkJourney(journey);
  const read = journeyDefinition.safeParse(journey);
  const problems = [
    ...('problems' in checked ? checked.problems : []),
    ...(read.success ? problemsByItself(read.data) : []),
  ];
  const faults = [
    ...problems.map((problem) => journeyFault(source, problem)),
    ...Object.entries(templates).flatMap(([name, template]) => {
      const problem = problemWithTemplate(template);
      if (!problem) return [];
      const { file, line, column } = faultAt(source, 'templates', '', [name, problem.part]);
      const where = `templates.${name}.${problem.part}`;
      return [{ file, line, column, at: where, problem: `line ${problem.line}: ${problem.problem}` }];
    }),
  ];
  if ('problems' in checked || faults.length > 0) return { faults };
  return { source, playbook: parsed.data, journey: journey as Record<string, unknown>, definition: checked.journey };
}

/** Something that is wrong in the journey, with its place in the file. */
export function journeyFault(source: Source, { at, problem }: Problem): Fault {
  const where = at === '' ? 'journey' : `journey.${at}`;
  return faultAt(source, where, problem);
}
