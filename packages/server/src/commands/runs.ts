import { publicId } from '@tributary/model';
import type { Config } from '../config.ts';
import { UserError } from '../platform/errors.ts';
import { addressesOf } from './addresses.ts';
import { idFrom } from './ids.ts';
import { placeOf } from './journeys-runs.ts';
import { usage } from './usage.ts';
import { withRooms } from './with-database.ts';

const LISTED_MAX = 100;
const HOW = ['runs parked [list]', 'runs parked retry ID', 'runs parked end ID'];

/** `runs parked [list|retry ID|end ID]`: runs that the engine could not move. */
export function runs(config: Config, [what, verb = 'list', id]: string[]): Promise<undefined> {
  if (what !== 'parked' || !['list', 'retry', 'end'].includes(verb) || (verb !== 'list' && !id)) throw usage(HOW);
  return withRooms(config, async ({ db, workspace, journeys, people }) => {
    if (verb === 'list') {
      const all = await journeys.parked(db, workspace.id, LISTED_MAX);
      if (all.length === 0) console.log('No run is parked.');
      const addresses = await addressesOf({ db, people, workspace }, all);
      for (const { id: run, journey, shapeId, title, personId, arrivedAt, error } of all) {
        const place = `${journey} / ${placeOf(shapeId, title)}`;
        console.log([publicId(run, 'run'), place, addresses.get(personId)!, arrivedAt.toISOString(), error].join('\t'));
      }
      return undefined;
    }
    const run = idFrom(id, 'run');
    const found = run && (await journeys.settleParked(workspace.id, run, verb === 'end' ? 'end' : 'retry'));
    if (!found) throw new UserError('run_not_found', `no run "${id}" is parked: see "runs parked"`);
    console.log(verb === 'end' ? `Run ${id} has ended.` : `Run ${id} is tried again.`);
    return undefined;
  });
}
