import { fileURLToPath } from 'node:url';
import { wholePlaybook } from '../../packages/server/src/playbooks/whole.ts';

/** Playbooks as a team would push them. */

const html = `<!doctype html><html><body><p>Hello {{ people.first-name }},</p>
<p>Thank you for looking at {{ activity.page }}. Here is what others read next:</p>
<p><a href="https://www.example.com/next?from={{ activity.campaign }}">The guide</a> and
<a href="https://www.example.com/cases">three teams who did it</a>.</p>
<p>Talk soon</p><p><a href="{{ unsubscribe_url }}">Unsubscribe</a></p></body></html>`;

const template = (subject: string): object => ({ subject: `${subject}, {{ people.first-name }}`, html });
const email = (name: string, next: string): object => ({ kind: 'email', template: name, next });
const delay = (seconds: number, next: string): object => ({ kind: 'delay', for: { seconds }, next });

interface Entry {
  activity: string;
  filter?: object;
}

/** Shapes one after the other, then the end. */
function inARow(name: string, entry: Entry, shapes: readonly ((next: string) => object)[]): object {
  const named = shapes.map((shape, i) => [`step-${i}`, shape(i + 1 < shapes.length ? `step-${i + 1}` : 'end')]);
  return {
    journey: {
      name,
      entry,
      start: 'step-0',
      shapes: { ...(Object.fromEntries(named) as object), end: { kind: 'exit' } },
    },
    templates: { Welcome: template('Welcome'), Next: template('What is next') },
  };
}

export const oneMail = (entry: Entry, name = 'One mail'): object =>
  inARow(name, entry, [(next) => email('Welcome', next)]);

/** Two e-mails, and between them a delay so short that it measures nothing but the engine's second look. */
export const twoMails = (entry: Entry): object =>
  inARow('Two mails', entry, [
    (next) => email('Welcome', next),
    (next) => delay(0.001, next),
    (next) => email('Next', next),
  ]);

export const delayedMail = (entry: Entry, seconds: number, name = 'A mail after a while'): object =>
  inARow(name, entry, [(next) => delay(seconds, next), (next) => email('Welcome', next)]);

/** The story's own playbook, with nobody held out. */
export async function qualificationFollowUp(): Promise<object> {
  const file = new URL('../../playbooks/qualification-follow-up.journey.yaml', import.meta.url);
  const playbook = await wholePlaybook(fileURLToPath(file));
  return { ...playbook, journey: { ...playbook.journey, holdOut: 0 } };
}
