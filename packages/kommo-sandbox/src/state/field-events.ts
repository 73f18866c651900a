import type { Account } from './account.ts';
import type { Act } from './act.ts';
import { recordEvent } from './events.ts';
import type { EventRecord, FieldValues } from './model.ts';

export function recordFieldChanges(
  account: Account,
  act: Act,
  about: Pick<EventRecord, 'entity_type' | 'entity_id'>,
  values: FieldValues,
  changed: readonly number[],
): void {
  for (const id of changed) {
    const field = account.fields.find((one) => one.id === id);
    recordEvent(account, act, {
      ...about,
      type: `custom_field_${id}_value_changed`,
      value_after: (values.get(id) ?? []).map(({ value, enum_id }) => ({
        custom_field_value: {
          field_id: id,
          field_type: field?.type ?? null,
          enum_id: enum_id ?? null,
          text: String(value),
        },
      })),
    });
  }
}
