import type { JourneyDefinition, SendingRules } from '@tributary/model';

/** Under which rules a message of a shape goes: its own, and the journey's for what they leave out. */
export function rulesOf({ sending }: JourneyDefinition, own: SendingRules | undefined): SendingRules {
  return { ...sending, ...own };
}
