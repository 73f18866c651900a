import { kebab } from '@tributary/model';
import { type DisplayTypes, renderText, shownInText } from '../../messages/index.ts';
import type { DisplayStyle, Person, RecordedActivity, Schema } from '../../people/index.ts';

interface Command {
  content: string;
}

/**
 * How Ortto's clients show an activity (recorded for built-in ones: the name
 * and a full stop). One defined with a style is shown by an attribute, or by a
 * template in Liquid; the pieces of those are ours.
 */
export function renderCommands(
  activity: RecordedActivity,
  person: Person,
  schema: Schema,
  types: DisplayTypes,
): Command[] {
  const definition = schema.activities.get(activity.activityId);
  const name = definition?.name ?? activity.activityId;
  const said = definition?.display ? shown(activity, person, definition.display, types) : undefined;
  return said === undefined ? sentence(name) : said;
}

const sentence = (...pieces: string[]): Command[] => [...pieces, '.'].map((content) => ({ content }));

function shown(
  activity: RecordedActivity,
  person: Person,
  style: DisplayStyle,
  types: DisplayTypes,
): Command[] | undefined {
  const { type, title } = style;
  if (type === 'activity_template' && title) {
    try {
      const { activityId, attributes } = activity;
      const text = renderText(title, { person, entryActivityId: activityId, entry: attributes }, types);
      return text.trim() === '' ? undefined : [{ content: text }];
    } catch {
      // A template that can not be rendered hides no activity: its name is shown.
      return undefined;
    }
  }
  if (type === 'activity_attribute') {
    const value = attributeOf(activity, style, types);
    if (value !== undefined) return sentence(title || style.attribute_name || '', ': ', value);
  }
  return title ? sentence(title) : undefined;
}

/** As templates show it. */
function attributeOf(
  { activityId, attributes }: RecordedActivity,
  style: DisplayStyle,
  types: DisplayTypes,
): string | undefined {
  const id = style.attribute_field_id ?? idByName(Object.keys(attributes), style.attribute_name);
  const value = id === undefined ? undefined : attributes[id];
  if (value === undefined || value === null || value === '') return undefined;
  const text = shownInText(id!, value, types.attribute(activityId, id!));
  if (Array.isArray(text)) return text.join(', ');
  return typeof text === 'object' ? JSON.stringify(text) : String(text);
}

/** A style may name an attribute that the definition does not know. */
function idByName(ids: readonly string[], name: string | undefined): string | undefined {
  return name ? ids.find((id) => id.endsWith(`:${kebab(name)}`)) : undefined;
}
