import type { JourneyDefinition } from '@tributary/model';

/** The templates that a journey names, each with its place. */
export function templatesIn({ shapes }: JourneyDefinition): { at: string; template: string }[] {
  return Object.entries(shapes).flatMap(([id, shape]) => {
    if (shape.kind === 'email') return [{ at: `shapes.${id}.template`, template: shape.template }];
    if (shape.kind !== 'ab') return [];
    return shape.variants.map(({ template }, i) => ({ at: `shapes.${id}.variants[${i}].template`, template }));
  });
}
