import { type Problem, stepWithId } from '@tributary/model';
import type { Workspace } from '../access/index.ts';
import type { Moving, StateVerb, TextName } from '../journeys/index.ts';
import type { Db } from '../platform/database/pool.ts';
import { UserError } from '../platform/errors.ts';
import type { Rooms } from '../rooms.ts';

export interface JourneyOptions {
  move?: boolean | undefined;
  map?: string[] | undefined;
  yes?: boolean | undefined;
  'let-go'?: boolean | undefined;
  name?: string | undefined;
  state?: string | undefined;
  shape?: string | undefined;
  limit?: string | undefined;
  before?: string | undefined;
  'skip-waits'?: boolean | undefined;
}

export type Opened = Rooms & { db: Db; workspace: Workspace };

/** What comes after `journeys`. */
export interface Verb {
  how: string;
  /** So many arguments at least, and at most. */
  takes: readonly [least: number, most: number];
  run(o: Opened, args: readonly string[], options: JourneyOptions): Promise<void>;
}

export const by = 'command line';
const LISTED_MAX = 10_000;
const HISTORY_MAX = 100;

const done: Readonly<Record<Exclude<StateVerb, 'open'>, string>> = {
  pause: 'is paused: nobody enters, nobody moves, whoever is to leave leaves',
  resume: 'goes on',
  drain: 'lets nobody in; who is inside goes on',
  archive: 'is put away',
  restore: 'is a draft again',
};

function stateVerb(verb: Exclude<StateVerb, 'open'>): Verb {
  return {
    how: verb === 'archive' ? 'archive NAME [--let-go]' : `${verb} NAME`,
    takes: [1, 1],
    async run({ journeys, workspace }, [name], options) {
      const letGo = verb === 'archive' && options['let-go'] === true;
      await journeys.manage.changeState(workspace.id, { name: name! }, verb, { by, letGo });
      console.log(`“${name}” ${done[verb]}.`);
    },
  };
}

export const manageVerbs: Readonly<Record<string, Verb>> = {
  list: {
    how: 'list',
    takes: [0, 0],
    async run({ journeys, workspace }) {
      const all = await journeys.manage.list(workspace.id, { limit: LISTED_MAX, offset: 0 });
      if (all.length === 0)
        console.log('No journeys yet: journeys push playbooks/qualification-follow-up.journey.yaml');
      for (const { state, name, version, inside, hasDraft } of all) {
        const what = version === null ? 'never published' : `version ${version}${hasDraft ? ', and a draft' : ''}`;
        console.log([state, name, what, `${inside} inside`].join('\t'));
      }
    },
  },
  show: { how: 'show NAME', takes: [1, 1], run: (o, [name]) => show(o, name!) },
  publish: {
    how: 'publish NAME [--move] [--map OLD=NEW]… [--yes]',
    takes: [1, 1],
    run: (o, [name], options) => publish(o, name!, options),
  },
  pause: stateVerb('pause'),
  resume: stateVerb('resume'),
  drain: stateVerb('drain'),
  archive: stateVerb('archive'),
  restore: stateVerb('restore'),
  duplicate: {
    how: 'duplicate NAME [--name NEW]',
    takes: [1, 1],
    async run({ journeys, workspace }, [name], options) {
      const made = await journeys.manage.duplicate(workspace.id, { name: name! }, { name: options.name, by });
      console.log(`“${made.name}” is a draft that says the same.`);
    },
  },
  rename: {
    how: 'rename NAME NEW',
    takes: [2, 2],
    async run({ journeys, workspace }, [name, to]) {
      const { namedIn } = await journeys.manage.rename(workspace.id, { name: name! }, { name: to!, by });
      console.log(`“${name}” is called “${to}”.`);
      for (const { journey, at } of namedIn) console.log(`  note   “${journey}” names it as before: ${at}`);
    },
  },
  history: {
    how: 'history NAME',
    takes: [1, 1],
    async run({ journeys, workspace }, [name]) {
      for (const { at, who, what, details } of await journeys.manage.history(
        workspace.id,
        { name: name! },
        { limit: HISTORY_MAX },
      ))
        console.log([at.toISOString(), who, what, JSON.stringify(details)].join('\t'));
    },
  },
  compare: {
    how: 'compare NAME [FROM] [TO]',
    takes: [1, 3],
    async run({ journeys, workspace }, [name, from = 'live', to = 'draft']) {
      const asked = { from: textName(from), to: textName(to) };
      const { lines } = await journeys.manage.diff(workspace.id, { name: name! }, asked);
      console.log(lines.length === 0 ? 'There is no difference.' : lines.join('\n'));
    },
  },
};

function textName(text: string): TextName {
  if (text === 'live' || text === 'draft') return text;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new UserError('unknown_command', `"${text}" is not the number of a version, "live" or "draft"`);
}

async function show({ journeys, workspace }: Opened, name: string): Promise<void> {
  const which = { name };
  const { state, version, held, parked, hasDraft } = await journeys.manage.find(workspace.id, which);
  const { runs, shapes } = await journeys.manage.figures(workspace.id, which);
  const sum = (what: 'entered' | 'inside' | 'left' | 'goals'): number =>
    runs.reduce((total, run) => total + run[what], 0);
  console.log(`“${name}” is ${state}, ${version === null ? 'and was never published' : `version ${version}`}.`);
  console.log(
    `${sum('entered')} entered, ${sum('inside')} inside, ${sum('left')} left, ${sum('goals')} reached the goal`,
  );
  if (held > 0) console.log(`${held} are held by a pause, or by a shape that is off`);
  if (parked > 0) console.log(`${parked} are parked: see "runs parked"`);
  for (const each of shapes)
    console.log(
      [stepWithId(each), each.kind ?? 'of an older version', `${each.waiting} wait`, `${each.passed} passed`].join(
        '\t',
      ),
    );
  if (!hasDraft) return;
  const { problems, warnings } = await journeys.manage.check(workspace.id, which);
  console.log('There is a draft.');
  tell(problems, warnings);
}

/** Shows what publishing would do; does it with `--yes`. */
async function publish({ journeys, workspace }: Opened, name: string, options: JourneyOptions): Promise<void> {
  const which = { name };
  const mapping = mappingFrom(options.map ?? []);
  const inside = options.move ? 'move' : 'stay';
  const seen = await journeys.manage.preview(workspace.id, which, mapping);
  const problems = seen.problems.filter(({ at }) => !at.startsWith('mapping.'));
  if (problems.length > 0) {
    const lines = problems.map(({ at, problem }) => `  ${at}: ${problem}`);
    throw new UserError('journey_is_wrong', `the journey can not be published:\n${lines.join('\n')}`);
  }
  if (inside === 'move' && problems.length < seen.problems.length) throw mappingWanted(seen);
  tell([], seen.warnings);
  if (inside === 'move') for (const each of seen.moving) console.log(`  ${movingLine(each)}`);
  if (!options.yes) {
    console.log(
      `Nothing was published. With --yes it is${inside === 'stay' ? '; with --move, people inside are moved' : ''}.`,
    );
    return;
  }
  const asked = { edit: seen.edit, inside, mapping, by } as const;
  const { journey, moved, ended } = await journeys.manage.publish(workspace.id, which, asked);
  console.log(`“${name}” is ${journey.state}, version ${journey.version}.`);
  if (inside === 'move') console.log(`${moved} were moved to it, ${ended} were let go.`);
}

function tell(problems: readonly Problem[], warnings: readonly Problem[]): void {
  for (const { at, problem } of problems) console.log(`  wrong  ${at}: ${problem}`);
  for (const { at, problem } of warnings) console.log(`  note   ${at}: ${problem}`);
}

function movingLine({ version, shape, title, people, to, keeps }: Moving): string {
  const from = `${people} at “${stepWithId({ shape, title })}” of version ${version}`;
  if (to === undefined) return `${from}: nothing says where they go on`;
  if (to === null) return `${from}: their way ends`;
  return `${from} → “${to}”${keeps ? '' : ', which they begin anew'}`;
}

/** What `--map` has to say yet, in its own words. */
function mappingWanted({ moving, problems }: { moving: readonly Moving[]; problems: readonly Problem[] }): UserError {
  const unsaid = moving.filter(({ to }) => to === undefined);
  const shapes = new Set(unsaid.map(({ shape }) => `mapping.${shape}`));
  const others = problems.filter(({ at }) => at.startsWith('mapping.') && !shapes.has(at));
  const lines = [
    ...unsaid.map((each) => `${movingLine(each)}: --map ${each.shape}=NEW, or --map ${each.shape}= to end their way`),
    ...others.map(({ at, problem }) => `--map ${at.slice('mapping.'.length)}=…: ${problem}`),
  ];
  return new UserError('mapping_wrong', `nobody was moved, and nothing published:\n  ${lines.join('\n  ')}`);
}

/** `OLD=NEW`; with nothing behind the sign, their way ends. */
function mappingFrom(pairs: readonly string[]): Record<string, string | null> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const sign = pair.indexOf('=');
      if (sign < 1) throw new UserError('unknown_command', `"${pair}": write --map OLD=NEW, or OLD= to end their way`);
      return [pair.slice(0, sign), pair.slice(sign + 1) || null];
    }),
  );
}
