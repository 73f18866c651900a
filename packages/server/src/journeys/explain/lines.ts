import { decisive, type Explained, type JourneyDefinition, stepName, stepTitle } from '@tributary/model';
import { minute } from '../engine/doing.ts';
import { triggerOf } from '../entry/trigger.ts';
import type { JourneyExplained, MessageExplained, RunExplained } from './explanation.ts';

const MOVES_MAX = 30;

/** An explanation in lines that are read from the first to the last. */
export function linesOf(
  { journey, runs, entry }: Omit<JourneyExplained, 'lines'>,
  { shape, definition }: { shape: string | undefined; definition: JourneyDefinition },
): string[] {
  const inside = runs.filter(({ standing }) => ['inside', 'parked', 'paused'].includes(standing.state));
  const heldOut = runs.filter(({ standing }) => standing.state === 'held out');
  const head =
    inside.length > 0
      ? `is in “${journey.name}”${inside.length > 1 ? `, ${inside.length} times` : ''}`
      : heldOut.length === runs.length && runs.length > 0
        ? `is held out of “${journey.name}”, to compare with: gets nothing of it`
        : `is not in “${journey.name}”${runs.length > 0 ? ` any more, and was ${runs.length === 1 ? 'once' : `${runs.length} times`}` : ', and never was'}`;
  if (shape !== undefined)
    return [
      head,
      ...runs.flatMap((run) => shapeLines(run, shape, definition)),
      ...(runs.length === 0 ? entryLines(entry, { runs, definition }) : []),
    ];
  // Of who is inside it is known how they came in, but not why something else let them in no second time.
  const others = entry.occasions.filter(({ run }) => run === undefined).flatMap(occasionLines);
  return [head, ...runs.flatMap(runLines), ...(inside.length === 0 ? entryLines(entry, { runs, definition }) : others)];
}

function runLines(run: RunExplained): string[] {
  const { standing, moves, messages, failures } = run;
  const left = moves.length - MOVES_MAX;
  return [
    `entered on ${minute(run.entered_at)}${run.test ? ' as a try' : `, version ${run.version}`}${entryData(run)}`,
    ...(left > 0 ? [`  … ${left} earlier steps`] : []),
    ...stepLines(moves.slice(-MOVES_MAX), failures),
    `  now: ${standing.words}`,
    ...(standing.waits_for ? failing(standing.waits_for.why).map((line) => `    ${line}`) : []),
    ...standing.ends_when.map(({ words }) => `    ${words}`),
    ...messages.map((message) => `  message of ${called(message)}: ${messageInWords(message)}`),
    ...(run.goal_at ? [`  reached its goal on ${minute(run.goal_at)}`] : []),
  ];
}

/** What was done, and at its moment what went wrong with it. */
function stepLines(moves: RunExplained['moves'], failures: RunExplained['failures']): string[] {
  const since = moves[0]?.at;
  return [
    ...moves.map((move) => ({ at: move.at, said: `${called(move)}: ${move.did}` })),
    ...failures
      .filter(({ at }) => !since || at >= since)
      .map((failure) => ({ at: failure.at, said: `${called(failure)}: it failed: ${failure.reason}` })),
  ]
    .sort((a, b) => a.at.getTime() - b.at.getTime())
    .map(({ at, said }) => `  ${minute(at)}  ${said}`);
}

const called = ({ shape, title }: { shape: string | null; title?: string | undefined }): string =>
  shape === null ? '–' : stepName({ shape, title });

function entryData({ entry }: RunExplained): string {
  const values = Object.entries(entry).filter(([id]) => !id.startsWith('idt:'));
  return values.length === 0
    ? ''
    : `, with ${values.map(([id, value]) => `${id} = ${JSON.stringify(value)}`).join(', ')}`;
}

/** Whether a run came to a shape, what it did there, and what became of it. */
function shapeLines(run: RunExplained, shape: string, { shapes }: JourneyDefinition): string[] {
  const name = `“${stepName({ shape, title: stepTitle(shapes, shape) })}”`;
  const head = `the run that entered on ${minute(run.entered_at)}`;
  const there = run.moves.filter((move) => move.shape === shape);
  const messages = run.messages.filter((message) => message.shape === shape);
  if (there.length === 0) {
    const last = run.moves.at(-1);
    return [
      `${head} has not come to ${name}`,
      ...(last ? [`  its last step, ${minute(last.at)}  ${called(last)}: ${last.did}`] : []),
      `  now: ${run.standing.words}`,
    ];
  }
  return [
    `${head} came to ${name}`,
    ...there.map(({ at, did }) => `  ${minute(at)}  ${did}`),
    ...run.failures
      .filter((failure) => failure.shape === shape)
      .map(({ at, reason }) => `  ${minute(at)}  it failed: ${reason}`),
    ...messages.map((message) => `  the message: ${messageInWords(message)}`),
  ];
}

function messageInWords({
  template,
  state,
  reason,
  queued_at,
  sent_at,
  opened_at,
  clicked_at,
  replied_at,
}: MessageExplained): string {
  const what = template === null ? 'asked for' : `“${template}”, asked for`;
  const told = [
    `${what} on ${minute(queued_at)}`,
    ...(sent_at ? [`sent on ${minute(sent_at)}`] : []),
    ...(state === 'sent' ? [] : [state === 'skipped' ? 'not sent' : state]),
    ...(opened_at ? [`opened on ${minute(opened_at)}`] : []),
    ...(clicked_at ? [`clicked on ${minute(clicked_at)}`] : []),
    ...(replied_at ? [`answered on ${minute(replied_at)}`] : []),
  ];
  return `${told.join(', ')}${reason === null ? '' : `: ${reason}`}`;
}

function entryLines(
  { by, obstacles, checks, occasions }: JourneyExplained['entry'],
  { runs, definition }: { runs: readonly RunExplained[]; definition: JourneyDefinition },
): string[] {
  // Of what nobody does, such as a schedule, it is not kept for whom it came.
  const none = triggerOf(definition.entry) !== undefined && occasions.length + obstacles.length + runs.length === 0;
  return [
    `people enter when ${by}`,
    ...(obstacles.length > 0 ? [`what stands in the way now: ${obstacles.join('; ')}`] : []),
    ...checks.filter(({ holds }) => !holds).flatMap(({ why }) => failing(why).map((line) => `  ${line}`)),
    ...(none ? ['there was no occasion yet'] : []),
    ...occasions.flatMap(occasionLines),
  ];
}

function occasionLines({ at, activity, run, why, check }: JourneyExplained['entry']['occasions'][number]): string[] {
  return [
    `“${activity}” on ${minute(at)} ${run === undefined ? `started no run: ${why.join('; ')}` : 'started a run'}`,
    ...(check ? failing(check).map((line) => `  ${line}`) : []),
  ];
}

/** The conditions that settle it, with what there was. */
const failing = (why: Explained): string[] => decisive(why).map(({ asked, was }) => `${asked}: ${was}`);
