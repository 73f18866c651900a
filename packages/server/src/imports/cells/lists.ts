/** Every value in quotes of its own, as Mailchimp writes tags: `"VIP","Newsletter"`. */
const ALL_QUOTED = /^"(?:[^"]|"")*"(?:\s*[;|,]\s*"(?:[^"]|"")*")*$/;

/** Several values in one cell: a JSON list, all of them quoted, or separated; a semicolon unless the column says otherwise. */
export function listIn(cell: string, separator = ';'): string[] {
  if (cell.startsWith('[')) {
    const list = jsonList(cell);
    if (list) return list;
  }
  const parts = ALL_QUOTED.test(cell)
    ? [...cell.matchAll(/"((?:[^"]|"")*)"/g)].map(([, quoted]) => quoted!.replaceAll('""', '"'))
    : cell.split(separator);
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

/** As `listIn` reads it back, whatever separator is guessed: separated, or JSON where a value would be cut or trimmed. */
export function listOut(values: readonly string[]): string {
  const plain = values.every((value) => value !== '' && value === value.trim() && !/[;,|]|^"/.test(value));
  return plain && !values[0]?.startsWith('[') ? values.join('; ') : JSON.stringify(values);
}

function jsonList(text: string): string[] | undefined {
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) && list.every((item) => typeof item === 'string') ? list : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
