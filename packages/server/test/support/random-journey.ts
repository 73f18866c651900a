/** Journeys drawn by chance: graphs that are right, of every kind of shape that needs nobody else. */

/** Numbers from 0 to 1 that follow from a seed. */
export type Chance = () => number;

/** Mulberry32: 32 bits of state are enough to draw graphs. */
export function chanceFrom(seed: number): Chance {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const pick = <T>(chance: Chance, list: readonly T[]): T => list[Math.floor(chance() * list.length)]!;

export const DID = ['act:cm:did-a', 'act:cm:did-b'] as const;
export const FIELD = 'str:cm:colour';
export const COLOURS = ['red', 'green', 'blue'] as const;

type Shapes = Record<string, Record<string, unknown>>;

/** A definition, entered by `act:cm:began` with the journey's name. */
export function randomJourney(chance: Chance, name: string): Record<string, unknown> {
  const length = 2 + Math.floor(chance() * 7);
  const shapes: Shapes = { end: { kind: 'exit' } };
  for (let i = length - 1; i >= 0; i--) shapes[`s${i}`] = randomShape(chance, i, length, shapes);
  return {
    name,
    entry: {
      activity: 'act:cm:began',
      filter: { '$str::is': { field_id: 'str:cm:which', value: name } },
      again: pick(chance, ['never', 'after-leaving', 'any-time', { days: 2 }]),
    },
    ...(chance() < 0.3 ? { exits: [filter(chance)] } : {}),
    ...(chance() < 0.3 ? { goal: { name: 'Goal', when: filter(chance) } } : {}),
    ...(chance() < 0.2 ? { leave: { still: { days: 5 }, unsubscribed: true } } : {}),
    holdOut: chance() < 0.2 ? 0.2 : 0,
    sending: { cap: 'none' },
    start: 's0',
    shapes: reachable(shapes, 's0'),
  };
}

function randomShape(chance: Chance, i: number, length: number, later: Shapes): Record<string, unknown> {
  const next = (): string => {
    const j = i + 1 + Math.floor(chance() * (length - i));
    return j >= length ? 'end' : `s${j}`;
  };
  const perPerson = chance() < 0.2 ? { perPerson: pick(chance, ['once', { every: { days: 1 } }]) } : {};
  const hours = 1 + Math.floor(chance() * 48);
  const kind = pick(chance, [
    'email',
    'email',
    'delay',
    'delay',
    'wait',
    'condition',
    'branch',
    'split',
    'tag',
    'update',
    'goal',
    'jump',
    'hold-out',
  ] as const);
  switch (kind) {
    case 'email':
      return {
        kind,
        template: pick(chance, ['How did the first call go?', 'One question']),
        ...perPerson,
        next: next(),
      };
    case 'delay':
      return { kind, for: { hours }, ...(chance() < 0.4 ? { unless: filter(chance) } : {}), next: next() };
    case 'wait':
      return { kind, until: filter(chance), atMost: { hours }, next: next(), timeout: next() };
    case 'condition':
      return { kind, if: filter(chance), yes: next(), no: next() };
    case 'branch': {
      const branches = COLOURS.slice(0, 2).map((colour) => ({ name: colour, if: is(colour), next: next() }));
      return { kind, branches, otherwise: next() };
    }
    case 'split': {
      const branches = ['one', 'two'].map((each) => ({ name: each, share: 50, next: next() }));
      return { kind, branches, level: chance() < 0.5 };
    }
    case 'tag':
      return { kind, add: [pick(chance, ['A', 'B'])], remove: [pick(chance, ['C', 'D'])], ...perPerson, next: next() };
    case 'update':
      return {
        kind,
        set: { [FIELD]: pick(chance, COLOURS) },
        ...(chance() < 0.3 ? { onFailure: 'exit' } : {}),
        next: next(),
      };
    case 'goal':
      return { kind, name: 'Came this far', next: next() };
    case 'hold-out':
      return { kind, share: 10, next: next() };
    case 'jump': {
      // Back is not drawn yet; what leads here again after a while rests: a delay, or a wait of those who are too late.
      const rest = `r${i}`;
      later[rest] =
        chance() < 0.5
          ? { kind: 'delay', for: { hours }, next: `s${i}` }
          : { kind: 'wait', until: filter(chance), atMost: { hours }, next: next(), timeout: `s${i}` };
      return { kind, to: rest, atMost: 1 + Math.floor(chance() * 3), next: next() };
    }
  }
}

function filter(chance: Chance): Record<string, unknown> {
  if (chance() < 0.5) return is(pick(chance, COLOURS));
  return { '$act::has_occurred': { field_id: pick(chance, DID), ...(chance() < 0.3 ? { ever: true } : {}) } };
}

const is = (colour: string) => ({ '$str::is': { field_id: FIELD, value: colour } });

function reachable(shapes: Shapes, start: string): Shapes {
  const seen = new Set([start]);
  for (const id of seen) for (const to of waysOf(shapes[id]!)) seen.add(to);
  return Object.fromEntries(Object.entries(shapes).filter(([id]) => seen.has(id)));
}

/** Told apart from the model's, which is under test: every text of a shape that could be a shape's id. */
export function waysOf(shape: Record<string, unknown>): string[] {
  const branches = (shape.branches ?? []) as { next: string }[];
  const direct = ['next', 'yes', 'no', 'timeout', 'otherwise', 'to'].flatMap((key) => (shape[key] as string) ?? []);
  return [...direct, ...branches.map(({ next }) => next)];
}
