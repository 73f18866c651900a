import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RetryLater } from '@tributary/connector-kit';
import { leadHint, openAccount } from '../../test/support.ts';

describe('more than Kommo reads in its time', () => {
  for (const [what, tooMuch] of [
    ['is a 504', () => ({ status: 504, headers: {}, body: '' })],
    [
      'is an answer that does not come',
      () => {
        throw new RetryLater('no answer', { applied: 'unknown' });
      },
    ],
  ] as const) {
    test(`where that ${what}, fewer are asked for at the next try, until all are read`, async () => {
      const account = await openAccount();
      try {
        for (let i = 0; i < 90; i++)
          account.sandbox.addLead({ name: `Deal ${i}`, contact: { email: `p${i}@x.example` } });
        await account.read([]);
        await account.caughtUp();
        account.intercept(({ url }) => {
          const { searchParams: asked } = new URL(url);
          const rows = asked.getAll('filter[id][]').length || Number(asked.get('limit'));
          return rows > 40 && /\/(leads|contacts)\?/.test(url) ? tooMuch() : undefined;
        });
        const hints = account.sandbox.leads().map(({ id }) => leadHint(id, { action: 'add' }));
        const tries = await triesOf(async () => {
          assert.equal((await account.read(hints)).items.length, 90);
        });
        assert.ok(tries <= 5, `${tries} tries`);

        account.advance(3_600_000);
        for (const { id } of account.sandbox.leads())
          account.sandbox.moveLead(id, account.sandbox.stage('Negotiation').statusId);
        await account.hooks();
        let moved = 0;
        await triesOf(async () => {
          moved += (await account.caughtUp()).length;
        });
        assert.equal(moved, 90);
      } finally {
        await account.close();
      }
    });
  }

  async function triesOf(work: () => Promise<void>): Promise<number> {
    for (let tries = 1; ; tries++) {
      try {
        await work();
        return tries;
      } catch (error) {
        if (!(error instanceof RetryLater) || tries === 10) throw error;
      }
    }
  }
});
