import type { Connector, Session, Tools } from '@tributary/connector-kit';
import { provides } from './provides.ts';
import { about } from './reading/about.ts';
import { backfill } from './reading/backfill.ts';
import { catchUp } from './reading/catch-up.ts';
import { createEchoes } from './reading/nothing-new.ts';
import { readHints } from './reading/read.ts';
import { createStages } from './reading/stages.ts';
import { createApi, openLine } from './rest/api.ts';
import { createFieldBook } from './set-up/fields.ts';
import { setUpAccount } from './set-up/set-up.ts';
import { unsubscribe } from './set-up/subscription.ts';
import { type KommoSettings, kommoSettings } from './settings.ts';
import { actions } from './speech/actions/index.ts';
import { hear, hears, hearUnmarked } from './speech/hear.ts';
import { parseWebhook } from './webhook/parse.ts';
import { writeAll } from './writing/write.ts';
import { createWriter } from './writing/writer.ts';

/** Kommo, and amoCRM: deals and their contacts come in, what people do with e-mail goes onto the deal. */
export const kommo: Connector<KommoSettings> = {
  id: 'kommo',
  name: 'Kommo',
  settings: kommoSettings,
  provides,
  parseWebhook,
  hears,
  hear,
  hearUnmarked,
  actions,
  about,
  open,
};

/** Reading and writing share one line, since the limit is Kommo's for both; reads go ahead. */
function open(settings: KommoSettings, tools: Tools): Session {
  const line = openLine(settings, tools);
  const reading = createApi(line, 'read');
  const writing = createApi(line, 'write');
  const echoes = createEchoes();
  const fields = createFieldBook(writing, tools.now);
  const stages = createStages(reading, tools.now);
  const refused = new Set<string>();
  const reader = { api: reading, tools, stages, echoes };
  const writer = createWriter({ api: writing, tools, fields, stages, echoes });
  return {
    setUp: (webhookUrl) => setUpAccount(reading, { fields, refused, webhookUrl }),
    leave: (webhookUrl) => unsubscribe(reading, webhookUrl),
    ready: () => line.limiter.ready(),
    read: (hints, memory) => readHints(reader, hints, memory),
    catchUp: (memory) => catchUp(reader, memory),
    backfill: (from, memory) => backfill(reader, from, memory),
    write: (writes, memory) => writeAll(writer, writes, memory),
  };
}
