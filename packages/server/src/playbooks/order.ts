import { type JourneyDefinition, nextOf } from '@tributary/model';

/** The keys of a journey's parts as they are written: what a thing is first, where it leads to last. */
const FIRST = [
  ...['kind', 'name', 'title', 'description', 'entry', 'exits', 'leave', 'goal', 'holdOut', 'sending', 'start'],
  ...[
    'activity',
    'audience',
    'when',
    'tag',
    'cron',
    'field_id',
    'audience_id',
    'campaign_id',
    'field',
    'days',
    'every',
  ],
  ...['timezone', 'template', 'subject', 'variants', 'decide', 'to', 'connector', 'action', 'input', 'do', 'journey'],
  ...['if', 'until', 'unless', 'atMost', 'for', 'within', 'filter', 'same', 'value', 'person', 'key', 'again'],
  ...['branches', 'share', 'level', 'set', 'clear', 'add', 'remove', 'reason', 'text', 'html'],
];
const LAST = ['perPerson', 'onFailure', 'off', 'yes', 'no', 'timeout', 'otherwise', 'next', 'shapes'];

/** Records whose keys are somebody's own words. */
const OWN_WORDS = new Set(['set', 'input', 'headers', 'fields', 'shapes']);

/** A journey in the order in which it is read: its parts by what they are, its shapes as people come to them. */
export function inOrder(journey: Record<string, unknown>, definition: JourneyDefinition): Record<string, unknown> {
  const ordered = sorted(journey) as Record<string, unknown>;
  const shapes = ordered.shapes as Record<string, unknown>;
  return { ...ordered, shapes: Object.fromEntries(wayThrough(definition).map((id) => [id, shapes[id]])) };
}

function sorted(value: unknown, ownWords = false): unknown {
  if (Array.isArray(value)) return value.map((each) => sorted(each));
  if (typeof value !== 'object' || value === null) return value;
  const keys = Object.keys(value);
  if (!ownWords) keys.sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  return Object.fromEntries(
    keys.map((key) => [key, sorted((value as Record<string, unknown>)[key], !ownWords && OWN_WORDS.has(key))]),
  );
}

function rank(key: string): number {
  const first = FIRST.indexOf(key);
  if (first >= 0) return first;
  const last = LAST.indexOf(key);
  return FIRST.length + (last < 0 ? 0 : last + 1);
}

/** Every shape, each after one that leads to it, the first ways first. */
function wayThrough({ start, shapes }: JourneyDefinition): string[] {
  const seen = new Set<string>();
  const walk = (id: string): void => {
    if (seen.has(id) || !Object.hasOwn(shapes, id)) return;
    seen.add(id);
    for (const next of nextOf(shapes[id]!)) walk(next);
  };
  walk(start);
  return [...seen, ...Object.keys(shapes).filter((id) => !seen.has(id))];
}
