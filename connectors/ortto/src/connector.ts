import { BadWebhook, type Connector, type Session, type Tools } from '@tributary/connector-kit';
import { createApi } from './rest/api.ts';
import { look, setUpAccount } from './set-up.ts';
import { type OrttoSettings, orttoSettings } from './settings.ts';
import { actions } from './speech/actions/index.ts';
import { RECORDS_MAX } from './speech/limits.ts';
import { writeAll } from './writing/write.ts';
import { createWriter } from './writing/writer.ts';

/** A hosted Ortto, or anything that speaks its API: journeys merge people and record activities there. Nothing is read. */
export const ortto: Connector<OrttoSettings> = {
  id: 'ortto',
  name: 'Ortto',
  settings: orttoSettings,
  provides: { fields: [], activities: [] },
  parseWebhook() {
    throw new BadWebhook("Ortto's webhooks are not read: what comes from Ortto is not taken yet");
  },
  hears: [],
  hear: () => [],
  actions,
  writesAtOnce: RECORDS_MAX,
  open,
};

function open(settings: OrttoSettings, tools: Tools): Session {
  const api = createApi(settings, tools);
  const writer = createWriter(api);
  return {
    setUp: () => setUpAccount(api, settings),
    async isThere() {
      await look(api);
    },
    read: async () => ({ items: [], remember: [] }),
    write: (writes) => writeAll(writer, writes),
  };
}
