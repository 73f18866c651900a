type Shapes = Readonly<Record<string, { title?: string | undefined } | undefined>>;

/** The title of a step, where it has one. */
export function stepTitle(shapes: Shapes, id: string | null): string | undefined {
  return id !== null && Object.hasOwn(shapes, id) ? shapes[id]?.title : undefined;
}

/** What a step is called wherever people read of it: by its title, and by its id where it has none. */
export function stepName({ shape, title }: { shape: string; title?: string | null | undefined }): string {
  return title ?? shape;
}

/** The same where the id is needed for what can be done next: "pause (A breather)". */
export function stepWithId({ shape, title }: { shape: string; title?: string | null | undefined }): string {
  return title ? `${shape} (${title})` : shape;
}
