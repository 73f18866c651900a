import type { Queryable } from '../../platform/database/pool.ts';

/** What became of the e-mails that a shape of a journey made from a template. Opens and clicks are people's, not machines'. */
export interface TemplateCounts {
  template: string;
  /** Handed over to the mail server. */
  sent: number;
  opened: number;
  clicked: number;
  firstSentAt: Date | null;
}

export async function countsByTemplate(
  db: Queryable,
  of: { journeyId: number; shapeId: string },
): Promise<TemplateCounts[]> {
  const { rows } = await db.query<TemplateCounts>(
    `select t.name as template, count(m.sent_at)::int as sent, count(m.opened_at)::int as opened,
            count(m.clicked_at)::int as clicked, min(m.sent_at) as "firstSentAt"
     from message m join template t on t.id = m.template_id
     where m.journey_id = $1 and m.shape_id = $2 group by t.name`,
    [of.journeyId, of.shapeId],
  );
  return rows;
}
