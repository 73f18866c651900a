import { readFile } from 'node:fs/promises';
import type { Config } from '../config.ts';
import { messageOf, UserError } from '../platform/errors.ts';
import { pushPlaybook } from '../playbook.ts';
import { type JourneyOptions, manageVerbs, type Opened, type Verb } from './journeys-manage.ts';
import { runVerbs } from './journeys-runs.ts';
import { withRooms } from './with-database.ts';

const verbs: Readonly<Record<string, Verb>> = {
  push: {
    how: 'push FILE',
    takes: [1, 1],
    async run(o, [file]) {
      const journey = await pushPlaybook(o, o.workspace.id, await readJson(file!));
      console.log(`“${journey.name}” is on, version ${journey.version}.`);
    },
  },
  on: { how: 'on NAME [SHAPE]', takes: [1, 2], run: (o, [name, shape]) => turn(o, name!, shape, 'on') },
  off: { how: 'off NAME [SHAPE]', takes: [1, 2], run: (o, [name, shape]) => turn(o, name!, shape, 'off') },
  ...manageVerbs,
  ...runVerbs,
};

/** `journeys VERB …`: pushing them, letting people in, and living with them. */
export function journeys(config: Config, [verb = '', ...args]: string[], options: JourneyOptions): Promise<undefined> {
  const asked = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined;
  const [least, most] = asked?.takes ?? [0, 0];
  if (!asked || args.length < least || args.length > most) {
    const all = asked ? [asked] : Object.values(verbs);
    throw new UserError('unknown_command', all.map(({ how }) => `journeys ${how}`).join(' | '));
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

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as unknown;
  } catch (error) {
    throw new UserError('file_unreadable', `${file} can not be read as JSON: ${messageOf(error)}`);
  }
}
