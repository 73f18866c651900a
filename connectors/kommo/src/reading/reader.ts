import type { Tools } from '@tributary/connector-kit';
import type { Api } from '../rest/api.ts';
import type { Echoes } from './nothing-new.ts';
import type { Stages } from './stages.ts';

/** What reading needs, for the length of a session. */
export interface Reader {
  api: Api;
  tools: Tools;
  stages: Stages;
  echoes: Echoes;
}
