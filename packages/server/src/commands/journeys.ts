import { readFile } from 'node:fs/promises';
import type { Config } from '../config.ts';
import { messageOf, UserError } from '../platform/errors.ts';
import { pushPlaybook } from '../playbook.ts';
import { ENTRY_USAGE, type EntryOptions, enrolByName, triggerByName } from './journey-entries.ts';
import { withRooms } from './with-database.ts';

/** `journeys push FILE`, `list`, `on NAME`, `off NAME`, `trigger NAME`, `enrol NAME`. */
export function journeys(config: Config, [verb, which]: string[], options: EntryOptions): Promise<number | undefined> {
  return withRooms(config, async (o) => {
    if (verb === 'trigger' && which) return triggerByName(o, which, options);
    if (verb === 'enrol' && which) return enrolByName(o, which, options);
    if (verb === 'push' && which) {
      const journey = await pushPlaybook(o, o.workspace.id, await readJson(which));
      console.log(`“${journey.name}” is on, version ${journey.version}.`);
    } else if (verb === 'list') {
      const all = await o.journeys.list(o.db, o.workspace.id);
      if (all.length === 0) console.log('No journeys yet: journeys push playbooks/qualification-follow-up.json');
      for (const journey of all) console.log([journey.state, journey.name, `version ${journey.version}`].join('\t'));
    } else if ((verb === 'on' || verb === 'off') && which) {
      await o.journeys.turn(o.workspace.id, which, verb);
      console.log(verb === 'on' ? `“${which}” lets people in.` : `“${which}” lets nobody in; who is inside goes on.`);
    } else {
      throw new UserError(
        'unknown_command',
        `journeys push FILE | journeys list | journeys on NAME | journeys off NAME | ${ENTRY_USAGE}`,
      );
    }
    return undefined;
  });
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as unknown;
  } catch (error) {
    throw new UserError('file_unreadable', `${file} can not be read as JSON: ${messageOf(error)}`);
  }
}
