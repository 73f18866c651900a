import { fileURLToPath } from 'node:url';
import { publicId } from '@tributary/model';
import { createKey } from '../access/index.ts';
import { pushPlaybook } from '../playbook.ts';
import { wholePlaybook } from '../playbooks/whole.ts';
import { playCrowd } from './crowd.ts';
import type { Api, Play } from './play.ts';
import { click, mailsTo, open, PRIVACY_PROXY, unsubscribe } from './reader.ts';
import { seen } from './stage.ts';

const ANNA = 'anna@example.com';
const HOUR = 3600 * 1000;
const DAY = 24 * HOUR;
const PLAYBOOK = new URL('../../../../playbooks/qualification-follow-up.journey.yaml', import.meta.url);

/** The whole story. Returns where to look at what it left. */
export async function playStory(
  o: Play,
): Promise<{ annaPage: string; dealPage: string; reportPage: string; key: string }> {
  const { stage, tributary, sandbox, mailbox, clock } = o;
  const { step } = stage;
  const { db, people, workspace } = tributary;
  const { key } = await createKey(db, workspace, 'Demo', clock.now());
  const api: Api = (path, body) => callApi(tributary.url, key, path, body);
  const mail = (number: number) =>
    seen(`mail ${number} to ${ANNA}`, async () => (await mailsTo(mailbox, ANNA))[number - 1]);
  const person = async () => {
    const id = (await people.findByEmail(db, workspace.id, ANNA))!;
    return (await people.find(db, workspace.id, [id])).get(id)!;
  };
  const happened = (
    activityId: string,
    test: (attributes: Readonly<Record<string, unknown>>) => boolean = () => true,
  ) =>
    seen(`${activityId} on her timeline`, async () =>
      (await people.timeline(db, workspace.id, (await person()).id, 100)).find(
        (activity) => activity.activityId === activityId && test(activity.attributes),
      ),
    );

  await step('Tributary connects to Kommo, and makes what it needs there by itself', async (say) => {
    const report = await tributary.connectors.connect(workspace.id, 'kommo', {
      url: sandbox.url,
      token: sandbox.token,
    });
    say(`account: ${report.account.name}`);
    for (const made of report.made) say(`made: ${made}`);
    await seen('the webhook subscription', () => sandbox.webhooks().length === 1);
  });

  const playbook = await wholePlaybook(fileURLToPath(PLAYBOOK));
  await step(
    'The team’s product tells of Anna over Ortto’s API, and the journey “Qualification follow-up” goes on',
    async (say) => {
      await api('/v1/person/custom-field/create', { type: 'text', name: 'Segment' });
      await api('/v1/definitions/activity/create', { name: 'Meeting booked' });
      const merged = await api('/v1/person/merge', {
        people: [{ fields: { 'str::email': ANNA, 'str:cm:segment': 'SaaS' } }],
        merge_by: ['str::email'],
      });
      const [{ status, person_id: id }] = (merged as { people: [{ status: string; person_id: string }] }).people;
      say(`POST /v1/person/merge answers “${status}”: she is person ${id}, a customer of the segment SaaS`);
      const journey = await pushPlaybook(tributary, workspace.id, {
        ...playbook,
        journey: { ...playbook.journey, holdOut: 0 },
      });
      say(`“${journey.name}” is on, version ${journey.version}`);
    },
  );

  const manager = sandbox.users()[1]!;
  let deal = sandbox.addLead({
    name: 'Larkspur for Petrova GmbH',
    price: 12_000,
    contact: { first_name: 'Anna', last_name: 'Petrova', email: ANNA, phone: '+4915112345678' },
    statusId: sandbox.stage('New lead').statusId,
    responsibleUserId: manager.id,
  });

  const dealPage = `${sandbox.url}/leads/${deal.id}`;

  await step(
    'In Kommo, her deal of 12,000 is moved to Qualification: e-mail 1 is on the wire within a second',
    async (say) => {
      await happened('act:cm:crm-stage-changed');
      const moved = performance.now();
      sandbox.moveLead(deal.id, sandbox.stage('Qualification').statusId);
      const first = await mail(1);
      const took = performance.now() - moved;
      say(`“${first.subject}” arrived over SMTP ${Math.round(took)} ms after the move`);
      if (took > 1000) throw new Error(`that took ${Math.round(took)} ms, more than a second`);
      const hook = sandbox.webhookDeliveries().at(-1)!;
      say(`Kommo’s webhook was answered with ${hook.status} in ${hook.ms} ms`);
    },
  );

  await step('She is one profile: what Kommo knows joined what the product knew', async (say) => {
    const { fields } = await person();
    const want = [
      ['str::first', 'Anna', 'first name Anna, from Kommo'],
      ['str::last', 'Petrova', 'last name Petrova, from Kommo'],
      ['str:cm:kommo-lead-id', String(deal.id), `deal ${deal.id}, from Kommo`],
      ['str:cm:kommo-stage', 'Qualification', 'stage Qualification, from Kommo'],
      ['int:cm:kommo-deal-value', 12_000_000, 'deal value 12,000, from Kommo'],
      ['str:cm:segment', 'SaaS', 'segment SaaS, from the product'],
    ] as const;
    for (const [id, value, words] of want) {
      if (fields[id] !== value) throw new Error(`${id} is ${JSON.stringify(fields[id])}, not ${JSON.stringify(value)}`);
      say(words);
    }
    const { attributes } = await happened('act:cm:crm-stage-changed', (a) => a['str:cm:stage'] === 'Qualification');
    say(`on her timeline: CRM stage changed, ${attributes['str:cm:previous-stage']} → ${attributes['str:cm:stage']}`);
  });

  await step('Apple’s privacy proxy loads the pictures: a machine, which does not count', async (say) => {
    await open(await mail(1), PRIVACY_PROXY);
    const { attributes } = await happened('act::o', (a) => a['bol::m'] === true);
    say(`on her timeline as by a machine: ${attributes['str::rn']}; the journey still waits`);
  });

  await step('A day later she opens it herself: the wait of two days ends at once, e-mail 2 leaves', async (say) => {
    clock.advance(DAY);
    await open(await mail(1));
    const second = await mail(2);
    say(`“${second.subject}”, the case study for her segment`);
    if (!second.text?.includes('SaaS team of 30')) throw new Error('it is not the text for her segment');
  });

  await step('The open is in Kommo: a note on the deal, and the field “Email activity”', async (say) => {
    const note = await seen('the note on the deal', () =>
      sandbox.notes(deal.id).find(({ text }) => text.includes('first call')),
    );
    say(`note: ${note.text}`);
    const field = await seen('the field', () => sandbox.lead(deal.id)?.customFields['Email activity']);
    say(`Email activity: ${String(field)}`);
    const machine = sandbox.notes(deal.id).length;
    if (machine !== 1) throw new Error(`there are ${machine} notes: the machine’s open was counted`);
  });

  await step('She opens the case study and clicks: that is written to Kommo too', async (say) => {
    clock.advance(HOUR);
    await open(await mail(2));
    say(`the link leads on to ${await click(await mail(2), 'Read how they did it')}`);
    await happened('act::c');
    const note = await seen('the note of the click', () =>
      sandbox.notes(deal.id).find(({ text }) => text.includes('/case-study')),
    );
    say(`note: ${note.text}`);
  });

  await step('Three days later she is known to have opened it: a task for her manager, on the deal', async (say) => {
    clock.advance(3 * DAY);
    const task = await seen('the task', () => sandbox.tasks(deal.id)[0]);
    say(`for ${task.responsibleUser}: “${task.text}”, due ${task.due.toUTCString().slice(5, 22)} UTC`);
    if (task.responsibleUserId !== manager.id)
      throw new Error(`it is for ${task.responsibleUser}, not for ${manager.name}`);
    await happened('act::lj');
    await happened('act::sja');
  });

  await step('She unsubscribes in one click (RFC 8058): Kommo’s field “Email status” says so', async (say) => {
    clock.advance(HOUR);
    await unsubscribe(await mail(2));
    const status = await seen(
      'the field',
      () => sandbox.lead(deal.id)?.customFields['Email status'] === 'Unsubscribed' && 'Unsubscribed',
    );
    say(`Email status: ${status}`);
    await seen('the note that says so', () =>
      sandbox.notes(deal.id).find(({ text }) => text.startsWith('Unsubscribed')),
    );
    if ((await person()).fields['bol::p'] !== false) throw new Error('she still has the e-mail permission');
  });

  await step(
    'Another deal of hers is moved to Qualification: no e-mail leaves, and her timeline says why',
    async (say) => {
      clock.advance(HOUR);
      deal = sandbox.addLead({
        name: 'Second team',
        price: 4000,
        contact: { first_name: 'Anna', last_name: 'Petrova', email: ANNA },
        statusId: sandbox.stage('Qualification').statusId,
      });
      const skipped = await happened('act::sk');
      say(`“${skipped.attributes['str::asn']}” was not sent: ${skipped.attributes['str::rn']}`);
      const mails = (await mailsTo(mailbox, ANNA)).length;
      if (mails !== 2) throw new Error(`she has ${mails} mails`);
    },
  );

  await step('That deal is won: the exit rule lets her go in the middle of the wait', async (say) => {
    clock.advance(HOUR);
    sandbox.moveLead(deal.id, 142);
    const left = await happened('act::lj', (a) => a['str::pr'] === 'exit rule');
    say(`left “${String(left.attributes['str::cn'])}” at “${String(left.attributes['str::jsi'])}”`);
  });

  const reportPage = await playCrowd({ ...o, api, playbook });
  return {
    annaPage: `${tributary.url}/people/${publicId((await person()).id)}`,
    dealPage,
    reportPage,
    key,
  };
}

async function callApi(url: string, key: string, path: string, body: object): Promise<unknown> {
  const answer = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': key },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${text}`);
  return JSON.parse(text) as unknown;
}
