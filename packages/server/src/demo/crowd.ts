import type { Playbook } from '@tributary/model';
import { pushPlaybook } from '../playbook.ts';
import { reportOn } from '../reports/index.ts';
import type { Api, Play } from './play.ts';
import { mailsTo, open } from './reader.ts';
import { seen } from './stage.ts';

const PEOPLE = 120;
const HOLD_OUT = 0.25;

/** A whole pipeline of deals, so that the report has something to count: some open, some book a meeting. */
export async function playCrowd(o: Play & { api: Api; playbook: Playbook & { journey: object } }): Promise<string> {
  const { stage, tributary, sandbox, mailbox, clock, api } = o;
  const { db, workspace } = tributary;
  const journey = (await tributary.journeys.list(db, workspace.id))[0]!;
  const report = () => reportOn(db, tributary, journey.id);
  const address = (i: number): string => `person${i}@example.com`;
  const deals = Array.from({ length: PEOPLE }, (_, i) =>
    sandbox.addLead({
      name: `Deal ${i + 1}`,
      price: 3000 + i * 50,
      contact: { first_name: FIRST[i % FIRST.length]!, last_name: LAST[i % LAST.length]!, email: address(i) },
      statusId: sandbox.stage('New lead').statusId,
    }),
  );

  await stage.step(
    `${PEOPLE} more deals move to Qualification; a quarter of the people are held out, to compare with`,
    async (say) => {
      const version = await pushPlaybook(tributary, workspace.id, {
        ...o.playbook,
        journey: { ...o.playbook.journey, holdOut: HOLD_OUT },
      });
      say(`version ${version.version} is published; whoever is inside goes on in the version they started`);
      await seen('all the deals known', async () => {
        const counts = await tributary.connectors.counts(db);
        return counts[0]!.inbox === 0 && (await allKnown(o, PEOPLE, address));
      });
      const moved = performance.now();
      const statusId = sandbox.stage('Qualification').statusId;
      sandbox.moveLeads(deals.map((deal) => ({ id: deal.id, statusId })));
      const inside = await seen('everyone in the journey, and the mail sent', async () => {
        const { treated, heldOut, messages } = await report();
        const entered = treated.entered + heldOut.entered;
        // Anna has two runs, and one message that was not sent.
        return entered === PEOPLE + 2 && messages.sent === treated.entered - 2 + 2 && { treated, heldOut };
      });
      say(
        `${inside.treated.entered - 2} got the first e-mail, ${inside.heldOut.entered} are held out, in ${Math.round(performance.now() - moved)} ms`,
      );
    },
  );

  await stage.step('Days pass: some open, and some book a meeting', async (say) => {
    clock.advance(3600_000);
    for (let i = 0; i < PEOPLE; i += 2) for (const mail of await mailsTo(mailbox, address(i))) await open(mail);
    const treated = await Promise.all(deals.map(async (_, i) => (await mailsTo(mailbox, address(i))).length > 0));
    const meets = deals.map((_, i) => i).filter((i) => (treated[i] ? i % 3 === 0 : i % 9 === 0));
    for (let from = 0; from < meets.length; from += 100) {
      await api('/v1/activities/create', {
        activities: meets.slice(from, from + 100).map((i) => ({
          activity_id: 'act:cm:meeting-booked',
          fields: { 'str::email': address(i) },
        })),
        merge_by: ['str::email'],
      });
    }
    await seen('the meetings counted', async () => {
      const { treated, heldOut } = await report();
      return treated.goals + heldOut.goals === meets.length;
    });
    say(`${meets.length} meetings came in over POST /v1/activities/create`);
  });

  await stage.step('The report: what the journey did, against the hold-out', async (say) => {
    const { treated, heldOut, lift, messages } = await report();
    const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
    say(
      `sent ${messages.sent}, delivered ${messages.delivered}, opened ${messages.opened}, clicked ${messages.clicked}`,
    );
    for (const [name, group] of Object.entries({ 'went through': treated, 'held out': heldOut })) {
      const { value, low, high } = group.conversion!;
      say(
        `${name}: ${group.reached} of ${group.people} booked a meeting, ${percent(value)} (${percent(low)} to ${percent(high)})`,
      );
    }
    const points = (share: number): string => (share * 100).toFixed(1);
    say(`the difference: ${points(lift!.value)} points, between ${points(lift!.low)} and ${points(lift!.high)}`);
    say('each range holds the true value with a certainty of 95 %');
  });
  return `${tributary.url}/journeys/${journey.id}`;
}

async function allKnown({ tributary: { people, db, workspace } }: Play, count: number, address: (i: number) => string) {
  for (let i = 0; i < count; i++) if (!(await people.findByEmail(db, workspace.id, address(i)))) return false;
  return true;
}

const FIRST = ['Mia', 'Jonas', 'Lea', 'Emil', 'Sofia', 'Noah', 'Clara', 'Leon', 'Ida', 'Paul', 'Nora'];
const LAST = [
  'Berg',
  'Costa',
  'Dahl',
  'Ferrari',
  'Keller',
  'Larsen',
  'Moreau',
  'Nowak',
  'Silva',
  'Weber',
  'Zeman',
  'Okafor',
  'Lind',
];
