import { styleText } from 'node:util';
import { shownValue, stepName, stepWithId } from '@tributary/model';
import { durationInWords, type Simulation } from '../journeys/index.ts';
import { bold, dim, explainedLines, indent, momentInWords } from './told.ts';

type Path = Simulation['paths'][number];
type Entry = Path['path'][number];
type Move = Exclude<Entry, { event: string } | { outbox: string }>;
type Message = NonNullable<Move['message']>;

const TEXT_LINES_MAX = 14;
const PLACE = '      ';

/** A simulation as people read it: moment by moment, with each message and what each decision was made by. */
export function simulationTold(it: Simulation): string {
  return [
    `${bold(it.journey.name)} ${dim(versionOf(it))}`,
    `as ${whoOf(it)} would go through it, from ${momentInWords(it.start)}`,
    '',
    ...entryLines(it),
    ...it.paths.flatMap((path) => pathLines(it, path)),
    ...(it.notes.length > 0 ? ['', ...it.notes.map((note) => `${styleText('yellow', 'Note')}  ${note}`)] : []),
    '',
    dim('Nothing was stored, and nothing was sent.'),
  ].join('\n');
}

function versionOf({ journey }: Simulation): string {
  if (journey.given) return '(as the file has it)';
  return journey.draft ? '(its draft)' : `(version ${journey.version})`;
}

function whoOf({ person }: Simulation): string {
  const name = person.email ?? 'somebody without an address';
  return person.made_up ? `somebody made up, ${name},` : name;
}

function entryLines({ entry, paths }: Simulation): string[] {
  const going = entry.enters
    ? styleText('green', 'Goes in.')
    : `${styleText('red', 'Would not go in')}: ${entry.why.join('; ')}.${paths.length > 0 ? ' Here they do, anyway.' : ''}`;
  const held = entry.held_out
    ? [
        `  ${entry.held_out.share * 100} % are held out and get nothing${
          entry.held_out.this_person ? ': this person would be one of them' : ''
        }`,
      ]
    : [];
  return [
    going,
    ...indent(
      entry.checks.flatMap(({ why }) => explainedLines(why)),
      '  ',
    ),
    ...held,
    ...(entry.enters || paths.length > 0
      ? ['']
      : [
          dim('  --entry ID=VALUE says what starts it, --field what the person is like; --anyway goes in all the same'),
        ]),
  ];
}

function pathLines(it: Simulation, { take, path, end }: Path): string[] {
  const several = it.paths.length > 1;
  const titles = new Map(
    path.flatMap((entry) => ('shape' in entry && entry.shape ? [[entry.shape, entry.title] as const] : [])),
  );
  const ways = Object.entries(take).map(
    ([shape, name]) => `${stepWithId({ shape, title: titles.get(shape) })}: ${name}`,
  );
  let last = -1;
  const lines = path.flatMap((entry) => {
    const at = entry.at.getTime();
    const head = at === last ? [] : ['', bold(sinceStart(it, entry.at))];
    last = at;
    return [...head, ...indent(entryTold(entry), '  ')];
  });
  return [
    ...(several ? ['', styleText('inverse', ` ${ways.join(', ') || 'chance decides nothing'} `)] : []),
    ...lines.slice(several ? 0 : 1),
    '',
    ...endLines(it, end),
  ];
}

function sinceStart({ start }: Simulation, at: Date): string {
  const ms = at.getTime() - start.getTime();
  return ms === 0 ? `At once ${dim(momentInWords(at))}` : `After ${durationInWords(ms)} ${dim(momentInWords(at))}`;
}

function entryTold(entry: Entry): string[] {
  if ('event' in entry)
    return [styleText('cyan', `→ ${entry.event}${entry.noticed ? '' : dim(' (the run does not wait for it)')}`)];
  if ('outbox' in entry) {
    const { outbox, message } = entry;
    // What waits on has no text yet, and is told above it.
    const lines = message.waits ? [] : indent(messageLines({ ...message, not_sent: undefined }), PLACE);
    return [`${styleText('yellow', called(entry))}  ${paint(message, outbox)}`, ...lines];
  }
  const { did, decided, message, action, change, pass, chose } = entry;
  return [
    `${styleText('yellow', called(entry))}  ${did}`,
    ...indent(
      [
        ...(decided ?? []).flatMap(({ why }) => explainedLines(why)),
        ...(chose ? [dim(`by: ${chose.by}`)] : []),
        ...(message ? messageLines(message) : []),
        ...(action
          ? [
              ...Object.entries(action.input).map(([name, value]) => `${dim(name)}  ${value}`),
              ...(action.failed ? [styleText('red', `failed: ${action.failed}`)] : []),
            ]
          : []),
        ...(change?.refused ? [styleText('red', `would be refused: ${change.refused}`)] : []),
        ...(pass ? [dim('the other journey is not played')] : []),
      ],
      PLACE,
    ),
  ];
}

const called = ({ shape, title }: { shape: string | null; title?: string | undefined }): string =>
  shape === null ? '–' : stepName({ shape, title });

function messageLines(message: Message): string[] {
  const { channel, to, from, subject, text, content, not_sent, waits, topic } = message;
  const heads = [
    ...(topic === undefined
      ? []
      : [
          `${dim('Topic')}    ${topic.audience}: ${topic.holds ? 'gets its mail' : 'gets none of its mail'}, ${topic.source}`,
        ]),
    ...(to === undefined ? [] : [`${dim('To')}       ${to}`]),
    ...(from === undefined ? [] : [`${dim('From')}     ${from}`]),
    ...(subject === undefined ? [] : [`${dim('Subject')}  ${bold(subject)}`]),
    ...Object.entries(content ?? {}).map(([name, value]) => {
      return `${dim(name)}  ${typeof value === 'string' ? value : JSON.stringify(value)}`;
    }),
  ];
  const lines = (text ?? '').trim().split('\n');
  const more = lines.length - TEXT_LINES_MAX;
  const body = text === undefined || text.trim() === '' ? [] : lines.slice(0, more > 1 ? TEXT_LINES_MAX : undefined);
  return [
    ...(not_sent === undefined ? [] : [styleText('red', `would not be sent (${channel}): ${not_sent}`)]),
    ...(waits === undefined ? [] : [paint(message, waits.told)]),
    ...heads,
    ...body.map((line) => dim(`│ ${line}`)),
    ...(body.length > 0 && more > 1 ? [dim(`│ … ${more} more lines: --json has all of it`)] : []),
  ];
}

/** A sentence about a message in the colour of what becomes of it. */
const paint = ({ waits, not_sent }: Message, sentence: string): string =>
  styleText(waits ? 'yellow' : not_sent === undefined ? 'green' : 'red', sentence);

function endLines(it: Simulation, end: Path['end']): string[] {
  const after = durationInWords(end.at.getTime() - it.start.getTime());
  const since = after === 'at once' ? after : `after ${after}`;
  const states = {
    left: `Has left ${since}: ${end.reason}.`,
    parked: `Is parked ${since}: ${end.reason}.`,
    inside: `Is inside, at ${called(end)}.`,
  };
  return [
    bold(states[end.state]),
    ...(end.stopped === undefined ? [] : [`  It goes no further: ${end.stopped}.`]),
    ...(end.goal_at ? [`  The goal was reached ${momentInWords(end.goal_at)}.`] : []),
    ...Object.entries(end.fields).map(([id, { before, after: now }]) => {
      return `  ${id}: ${shownValue(before)} → ${shownValue(now)}`;
    }),
    ...end.waiting.map((one) => styleText('yellow', `  ${called(one)} still ${one.waits.told}.`)),
    ...end.missed.map(({ event, why }) => styleText('yellow', `  Did not come about: “${event}”: ${why}.`)),
  ];
}
