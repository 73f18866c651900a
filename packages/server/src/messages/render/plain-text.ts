import { decodeEntities } from './entities.ts';

/** Elements that stand on lines of their own. */
const BLOCKS = 'p|div|h[1-6]|ul|ol|table|tr|blockquote|pre|section|article|header|footer|hr|address|figure|center';

/**
 * The text alternative of an HTML mail that has none: blocks become lines,
 * links are followed by their address, list items get a dash. Simple on
 * purpose; a template that needs better brings its own text.
 */
export function plainText(html: string): string {
  const text = html
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/<(head|style|script|title)\b[\s\S]*?<\/\1\s*>/gi, '')
    .replace(/\s+/g, ' ')
    .replace(/<a\b((?:[^"'>]|"[^"]*"|'[^']*')*)>([\s\S]*?)<\/a\s*>/gi, (_, attributes: string, inner: string) => {
      const href = /(?:^|\s)href\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/i.exec(attributes);
      return withAddress(inner, (href?.[1] ?? href?.[2] ?? href?.[3] ?? '').trim());
    })
    .replace(/<img\b[^>]*\balt\s*=\s*"([^"]+)"[^>]*>/gi, '$1')
    .replace(/<br\s*\/?>/gi, '\n')
    .replace(/<li\b[^>]*>/gi, '\n- ')
    .replace(/<\/t[dh]\s*>/gi, ' ')
    .replace(new RegExp(`</?(?:${BLOCKS})\\b[^>]*>`, 'gi'), '\n\n')
    .replace(/<[^>]*>/g, '');
  return decodeEntities(text)
    .split('\n')
    .map((line) => line.trim())
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

function withAddress(inner: string, href: string): string {
  const said = inner.replace(/<[^>]*>/g, '').trim();
  const address = href.replace(/^mailto:/i, '');
  if (address === '' || address.startsWith('#') || said === address) return inner;
  return said === '' ? address : `${inner} (${address})`;
}
