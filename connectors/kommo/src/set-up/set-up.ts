import { RetryLater, type SetUpReport } from '@tributary/connector-kit';
import { readPipelines } from '../reading/stages.ts';
import type { Api } from '../rest/api.ts';
import { account } from '../rest/records.ts';
import type { FieldBook } from './fields.ts';
import { subscribe } from './subscription.ts';

/** Makes what is needed in the account; repeated, it finds everything and makes nothing. */
export async function setUpAccount(
  api: Api,
  of: { fields: FieldBook; refused: Set<string>; webhookUrl: string },
): Promise<SetUpReport> {
  const { fields, refused, webhookUrl } = of;
  const read = account.safeParse(await api.get('/account?with=is_api_filter_enabled'));
  if (!read.success) {
    const said = 'What answers there did not say which Kommo account it is: is it the address of one?';
    throw new RetryLater(said, { applied: 'no' });
  }
  const { id, name, subdomain, is_api_filter_enabled } = read.data;
  const warnings: string[] = [];
  if (is_api_filter_enabled === false) {
    warnings.push(
      'Filtering is switched off in this Kommo account (is_api_filter_enabled): deals may not be found by their ids.',
    );
  }
  const pipelines = await readPipelines(api);
  if (pipelines.length === 0) warnings.push('No pipeline can be read, so that stages go by their ids.');
  // What is known of the fields may be old: somebody presses "set up" because something is missing.
  fields.forget();
  const ours = await fields.report();
  const webhook = await subscribe(api, webhookUrl, refused);
  return {
    account: { id: String(id), name: name || subdomain },
    made: [...ours.made, ...webhook.made],
    removed: webhook.removed,
    found: [
      ...pipelines.map((one) => `The pipeline “${one.name}” with ${one._embedded.statuses.length} stages`),
      ...ours.found,
      ...webhook.found,
    ],
    warnings: [...warnings, ...ours.warnings, ...webhook.warnings],
    lacking: webhook.lacking,
  };
}
