import { contentOf, isMessageShape, type JourneyDefinition, type Problem, type Shape } from '@tributary/model';
import { problemsWithTexts, problemWithText } from '../messages/index.ts';

/** What is wrong with the texts of shapes that are Liquid. Actions are told by whoever takes them. */
export function problemsWithLiquid({ shapes }: JourneyDefinition): Problem[] {
  return Object.entries(shapes).flatMap(([id, shape]) =>
    problemsIn(shape).map(({ at, problem }) => ({ at: `shapes.${id}.${at}`, problem })),
  );
}

function problemsIn(shape: Shape): Problem[] {
  if (isMessageShape(shape)) return problemsWithTexts(contentOf(shape));
  if (shape.kind !== 'update') return [];
  return Object.entries(shape.set).flatMap(([field, value]) => {
    const problem = typeof value === 'string' ? problemWithText(value, 'text') : undefined;
    return problem === undefined ? [] : [{ at: `set.${field}`, problem }];
  });
}
