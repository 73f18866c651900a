import type { Config } from '../config.ts';
import { UserError } from '../platform/errors.ts';
import { ENROL_USAGE, type EntryOptions, enrolByName, TRIGGER_USAGE, triggerByName } from './journey-entries.ts';
import { journeyTexts, TEXT_VERBS, type TextOptions } from './journey-texts.ts';
import { type JourneyOptions, manageVerbs, type Opened, type Verb } from './journeys-manage.ts';
import { runVerbs } from './journeys-runs.ts';
import { SIMULATE_USAGE, type SimulateOptions, simulateCommand } from './simulate.ts';
import { usage } from './usage.ts';
import { withRooms } from './with-database.ts';

const verbs: Readonly<Record<string, Verb>> = {
  on: { how: 'on NAME [SHAPE]', takes: [1, 2], run: (o, [name, shape]) => turn(o, name!, shape, 'on') },
  off: { how: 'off NAME [SHAPE]', takes: [1, 2], run: (o, [name, shape]) => turn(o, name!, shape, 'off') },
  ...manageVerbs,
  ...runVerbs,
};
const TEXTS = [
  'journeys push FILE|DIR [--dry-run]',
  'journeys pull DIR',
  'journeys validate FILE|DIR [--offline]',
  'journeys diff FILE|DIR',
  'journeys schema',
  SIMULATE_USAGE,
];

/** What those take one of that say themselves how they are written. */
const OF_ONE: Readonly<Record<string, string>> = {
  ...{ push: 'file or folder', pull: 'folder', validate: 'file or folder', diff: 'file or folder' },
  simulate: 'file or name',
  trigger: 'name of a journey, and --email before each address',
  enrol: 'name of a journey',
};

/** `journeys VERB …`: as text, played through, and living with them. */
export function journeys(
  config: Config,
  [verb = '', ...args]: string[],
  options: TextOptions & SimulateOptions & JourneyOptions & EntryOptions,
): Promise<number | undefined> {
  const text = TEXT_VERBS.find((each) => each === verb);
  const [name, extra] = args;
  // A shell makes many words of one with a star in it.
  if (extra !== undefined && Object.hasOwn(OF_ONE, verb))
    throw new UserError('unknown_command', `"journeys ${verb}" takes one ${OF_ONE[verb]}, and not "${extra}" as well`);
  if (text) return journeyTexts(config, text, name, options);
  if (verb === 'simulate') return simulateCommand(config, name, options);
  if (verb === 'trigger' && !name) throw usage([TRIGGER_USAGE]);
  if (verb === 'enrol' && !name) throw usage([ENROL_USAGE]);
  if (verb === 'trigger' && name) return withRooms(config, (o) => triggerByName(o, name, options));
  if (verb === 'enrol' && name) return withRooms(config, (o) => enrolByName(o, name, options));
  const asked = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined;
  const [least, most] = asked?.takes ?? [0, 0];
  if (!asked || args.length < least || args.length > most) {
    if (asked) throw usage([`journeys ${asked.how}`]);
    throw usage([...TEXTS, TRIGGER_USAGE, ENROL_USAGE, ...Object.values(verbs).map(({ how }) => `journeys ${how}`)]);
  }
  return withRooms(config, async (o) => void (await asked.run(o, args, options)));
}

async function turn(o: Opened, name: string, shape: string | undefined, to: 'on' | 'off'): Promise<void> {
  if (shape === undefined) {
    await o.journeys.turn(o.workspace.id, name, to);
    console.log(to === 'on' ? `“${name}” lets people in.` : `“${name}” lets nobody in; who is inside goes on.`);
    return;
  }
  const asked = { shape, to, by: 'command line' };
  const version = await o.journeys.manage.switchShape(o.workspace.id, { name }, asked);
  console.log(`“${shape}” of “${name}” is ${to}, with version ${version}.`);
}
