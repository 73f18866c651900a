import type { Connector, Session, Tools } from '@tributary/connector-kit';
import { provides } from './provides.ts';
import { readHints } from './reading/read.ts';
import { createApi } from './rest/api.ts';
import { look, setUpAccount } from './set-up/set-up.ts';
import { type OrttoSettings, orttoSettings } from './settings.ts';
import { actions } from './speech/actions/index.ts';
import { RECORDS_MAX } from './speech/limits.ts';
import { parseWebhook } from './webhook/parse.ts';
import { writeAll } from './writing/write.ts';
import { createWriter } from './writing/writer.ts';

/**
 * A hosted Ortto, or anything that speaks its API: journeys merge people and record activities there; what people do with
 * its e-mail, and where its journeys call us, comes in by its webhooks.
 */
export const ortto: Connector<OrttoSettings> = {
  id: 'ortto',
  name: 'Ortto',
  settings: orttoSettings,
  provides,
  parseWebhook,
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
    setUp: (_webhookUrl, mirrored) => setUpAccount(api, settings, mirrored),
    async isThere() {
      await look(api);
    },
    read: (hints, memory) => readHints(api, hints, memory),
    write: (writes) => writeAll(writer, writes),
  };
}
