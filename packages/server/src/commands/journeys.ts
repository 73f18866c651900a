import type { Config } from '../config.ts';
import { UserError } from '../platform/errors.ts';
import { journeyTexts, TEXT_VERBS, type TextOptions } from './journey-texts.ts';
import { type SimulateOptions, simulateCommand } from './simulate.ts';
import { withRooms } from './with-database.ts';

/** `journeys VERB …`: list, on and off; as text; played through. */
export function journeys(
  config: Config,
  [verb, which]: string[],
  options: TextOptions & SimulateOptions,
): Promise<number | undefined> {
  const text = TEXT_VERBS.find((each) => each === verb);
  if (text) return journeyTexts(config, text, which, options);
  if (verb === 'simulate') return simulateCommand(config, which, options);
  return withRooms(config, async (o) => {
    if (verb === 'list') {
      const all = await o.journeys.list(o.db, o.workspace.id);
      if (all.length === 0)
        console.log('No journeys yet: journeys push playbooks/qualification-follow-up.journey.yaml');
      for (const journey of all) console.log([journey.state, journey.name, `version ${journey.version}`].join('\t'));
    } else if ((verb === 'on' || verb === 'off') && which) {
      await o.journeys.turn(o.db, o.workspace.id, which, verb);
      console.log(verb === 'on' ? `“${which}” lets people in.` : `“${which}” lets nobody in; who is inside goes on.`);
    } else {
      throw new UserError(
        'unknown_command',
        'journeys list | on NAME | off NAME | simulate FILE|NAME | push, pull, validate, diff DIR|FILE | schema',
      );
    }
    return undefined;
  });
}
