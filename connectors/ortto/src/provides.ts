import type { Provided } from '@tributary/connector-kit';
import { customActivityId, customFieldId } from '@tributary/model';

const attribute = (name: string) => ({ name, type: 'text', id: customFieldId(name, 'text') }) as const;

/** What a journey's webhook tells, by the names that people gave in Ortto. */
export const stepAttributes = {
  campaign: attribute('Campaign'),
  shape: attribute('Shape'),
  webhook: attribute('Webhook'),
};

const stepReached = 'Ortto webhook';
export const STEP_REACHED = customActivityId(stepReached);

export const provides: Provided = {
  fields: [],
  activities: [
    { name: stepReached, attributes: Object.values(stepAttributes).map(({ name, type }) => ({ name, type })) },
  ],
};
