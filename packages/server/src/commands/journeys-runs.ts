import { publicId, stepWithId } from '@tributary/model';
import { UserError } from '../platform/errors.ts';
import { addressesOf } from './addresses.ts';
import { idFrom } from './ids.ts';
import { by, type Opened, type Verb } from './journeys-manage.ts';

const RUNS_SHOWN = 100;
const RUNS_MAX = 10_000;
const STATES = ['inside', 'left', 'held', 'parked', 'held-out', 'test'] as const;
/** Shorter ones are names of shapes. */
const RUN_DIGITS_MIN = 15;

/** Where a run stands, with the id that `--shape` takes. */
export const placeOf = (shape: string | null, title: string | null): string =>
  shape === null ? 'before its first shape' : stepWithId({ shape, title });

const isRun = (text: string): boolean => idFrom(text, 'run') !== undefined && text.length >= RUN_DIGITS_MIN;

/** What is done about people inside. */
export const runVerbs: Readonly<Record<string, Verb>> = {
  runs: {
    how: 'runs NAME [--state inside|left|held|parked|held-out|test] [--shape SHAPE] [--limit 100] [--before RUN]',
    takes: [1, 1],
    async run({ db, journeys, people, workspace }, [name], options) {
      const state = STATES.find((each) => each === options.state);
      if (options.state !== undefined && !state)
        throw new UserError('unknown_command', `"${options.state}" is none of ${STATES.join(', ')}`);
      const which = { name: name! };
      const asked = { state, shape: options.shape };
      const before = beforeFrom(options.before);
      const limit = limitFrom(options.limit);
      const found = await journeys.manage.runs(workspace.id, which, { ...asked, before, limit: limit + 1 });
      const runs = found.slice(0, limit);
      if (runs.length === 0) console.log('No such run.');
      const addresses = await addressesOf({ db, people, workspace }, runs);
      for (const { id, personId, shapeId, title, leftReason, enteredAt, parkedError } of runs) {
        const where = leftReason ? `left: ${leftReason}` : placeOf(shapeId, title);
        const line = [publicId(id, 'run'), addresses.get(personId)!, where, enteredAt.toISOString()];
        console.log([...line, ...(parkedError ? [`parked: ${parkedError}`] : [])].join('\t'));
      }
      if (found.length <= limit) return;
      const total = await journeys.manage.countRuns(workspace.id, which, asked);
      console.log(`${limit} of ${total}, the newest first; on with --before ${publicId(runs.at(-1)!.id, 'run')}`);
    },
  },
  end: {
    how: 'end NAME RUN',
    takes: [2, 2],
    async run(o, [name, run]) {
      await settle(o, name!, run!, 'end');
      console.log(`Run ${run} ends.`);
    },
  },
  'move-on': {
    how: 'move-on NAME RUN|SHAPE',
    takes: [2, 2],
    async run(o, [name, which]) {
      if (isRun(which!)) {
        await settle(o, name!, which!, 'move on');
        console.log(`Run ${which} goes on, without the step it stands at.`);
        return;
      }
      const people = await o.journeys.manage.moveAllOn(o.workspace.id, { name: name! }, { shape: which!, by });
      console.log(`${people === 1 ? 'One person goes' : `${people} people go`} on from “${which}”.`);
    },
  },
  winner: {
    how: 'winner NAME SHAPE [VARIANT]',
    takes: [2, 3],
    async run({ journeys, workspace }, [name, shape, variant]) {
      const which = { name: name! };
      if (variant !== undefined)
        await journeys.manage.chooseWinner(workspace.id, which, { shape: shape!, variant, by });
      const { variants, winner } = await journeys.manage.contest(workspace.id, which, shape!);
      for (const each of variants) {
        const figures = [`${each.sent} sent`, `${each.opened} opened`, `${each.clicked} clicked`];
        console.log([each.variant, each.template, ...figures].join('\t'));
      }
      console.log(winner ? `${winner.variant} has won (${winner.decidedBy}): ${winner.why}` : 'None has won yet.');
    },
  },
  try: {
    how: 'try NAME EMAIL [--skip-waits]',
    takes: [2, 2],
    async run({ journeys, workspace }, [name, email], options) {
      const asked = { who: { email: email! }, entry: {}, skipWaits: options['skip-waits'] === true, by };
      const run = await journeys.manage.try(workspace.id, { name: name! }, asked);
      console.log(`Run ${publicId(run, 'run')} has begun: the server does what the journey says.`);
    },
  },
};

function limitFrom(text = String(RUNS_SHOWN)): number {
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 1 && limit <= RUNS_MAX) return limit;
  throw new UserError('unknown_command', `--limit "${text}": write a whole number up to ${RUNS_MAX}`);
}

function beforeFrom(text: string | undefined): string | undefined {
  const id = idFrom(text, 'run');
  if (text !== undefined && id === undefined)
    throw new UserError('unknown_command', `--before "${text}" is not the id of a run, as "journeys runs" shows it`);
  return id;
}

async function settle(
  { journeys, workspace }: Opened,
  name: string,
  run: string,
  how: 'end' | 'move on',
): Promise<void> {
  const id = idFrom(run, 'run');
  if (!id) throw new UserError('run_not_found', `this journey has no run ${run}: see "journeys runs ${name}"`);
  await journeys.manage.settleRun(workspace.id, { name }, { id, shown: run, how, by });
}
