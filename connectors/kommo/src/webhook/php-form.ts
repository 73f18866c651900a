import { BadWebhook } from '@tributary/connector-kit';

/**
 * A place in a form: its own value, its children, or both, since Kommo is
 * known to send a scalar and a list under one path (`note[type]=3` beside
 * `note[type][message_uuid]=…`). Children are a Map, whatever their keys look
 * like: `__proto__` is a key like any other, and index 999999999 takes the
 * room of one entry, so that no index has to be refused. Real ones are large:
 * `linked_leads_id[18420001]` is keyed by id.
 */
export interface FormNode {
  value: string | undefined;
  children: Map<string, FormNode>;
  /** What `[]` stands for next, as in PHP. */
  next: number;
}

/** Kommo's largest bodies seen have some 1,500 pairs of at most 8 levels; these caps leave room for ten times that. */
const limits = { characters: 4 * 1024 * 1024, pairs: 20_000, depth: 16, key: 1_000 };

/**
 * Reads a body as PHP's `http_build_query` writes it, which is how Kommo sends
 * webhooks (Kommo, webhooks-general). General parsers fail on these in silence:
 * they stop at a depth of 5 and at 1,000 pairs. This one keeps all or throws.
 */
export function parsePhpForm(body: string): FormNode {
  if (body.length > limits.characters) throw new BadWebhook(`The body is longer than ${limits.characters} characters.`);
  const root = formNode();
  let pairs = 0;
  for (const [key, value] of new URLSearchParams(body)) {
    pairs += 1;
    if (pairs > limits.pairs) throw new BadWebhook(`The body has more than ${limits.pairs} values.`);
    place(root, pathOf(key)).value = value;
  }
  return root;
}

/** The same tree out of a JSON body, under the same caps. */
export function parseJsonForm(body: string): FormNode {
  if (body.length > limits.characters) throw new BadWebhook(`The body is longer than ${limits.characters} characters.`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch (error) {
    throw new BadWebhook('The body says it is JSON and is not.', { cause: error });
  }
  const root = formNode();
  let values = 0;
  const fill = (node: FormNode, value: unknown, depth: number): void => {
    values += 1;
    if (values > limits.pairs) throw new BadWebhook(`The body has more than ${limits.pairs} values.`);
    if (depth > limits.depth) throw new BadWebhook(`The body is nested deeper than ${limits.depth} levels.`);
    if (value === null) return;
    if (typeof value !== 'object') node.value = String(value);
    else for (const [key, inner] of Object.entries(value)) fill(place(node, [key]), inner, depth + 1);
  };
  fill(root, parsed, 0);
  return root;
}

export function at(node: FormNode | undefined, ...path: string[]): FormNode | undefined {
  return path.reduce((here, key) => here?.children.get(key), node);
}

export function text(node: FormNode | undefined, ...path: string[]): string | undefined {
  return at(node, ...path)?.value;
}

/** The items of a list, in the order they came. Their keys do not matter. */
export function items(node: FormNode | undefined): FormNode[] {
  return node ? [...node.children.values()] : [];
}

function formNode(): FormNode {
  return { value: undefined, children: new Map(), next: 0 };
}

/** `a[b][0]` → a, b, 0. Brackets that do not add up are no path: the key is then a name of its own, as it stands. */
function pathOf(key: string): string[] {
  if (key.length > limits.key) throw new BadWebhook(`The body has a key longer than ${limits.key} characters.`);
  const open = key.indexOf('[');
  if (open <= 0) return [key];
  const rest = key.slice(open);
  if (!/^(?:\[[^[\]]*\])+$/.test(rest)) return [key];
  const path = [key.slice(0, open), ...rest.slice(1, -1).split('][')];
  if (path.length > limits.depth) throw new BadWebhook(`The body is nested deeper than ${limits.depth} levels.`);
  return path;
}

function place(root: FormNode, path: readonly string[]): FormNode {
  let node = root;
  for (const token of path) {
    const key = token === '' && node !== root ? String(node.next) : token;
    if (/^\d{1,9}$/.test(key)) node.next = Math.max(node.next, Number(key) + 1);
    const child = node.children.get(key) ?? formNode();
    node.children.set(key, child);
    node = child;
  }
  return node;
}
