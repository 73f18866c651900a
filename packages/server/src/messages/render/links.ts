import { decodeEntities, escapeHtml } from './entities.ts';

/** Longer ones would make lines and paths that mail gateways break. */
const URL_MAX = 2000;

/** Comments (Outlook's conditional ones among them) and raw text stay as they are; tags that hold a link are taken apart. */
const PIECES =
  /<!--[\s\S]*?-->|<(style|script|title|textarea)\b[\s\S]*?<\/\1\s*>|<(?:a|area)\b((?:[^"'>]|"[^"]*"|'[^']*')*)>/gi;
const ATTRIBUTE = /([^\s=/"'>]+)(?:(\s*=\s*)("[^"]*"|'[^']*'|[^\s"'>]+))?/g;

/**
 * The HTML with every http link led past us: `trackedUrl` is given the link and
 * its number, counted from 1. Left alone: other schemes, anchors, links under
 * `own` (unsubscribing must not count as a click), and links marked `data-no-track`.
 */
export function trackLinks(html: string, own: string, trackedUrl: (url: string, link: number) => string): string {
  let link = 0;
  return html.replace(PIECES, (piece, _raw: string | undefined, attributes: string | undefined) => {
    if (attributes === undefined || /(?:^|\s)data-no-track(?:[\s=/]|$)/i.test(attributes)) return piece;
    const rewritten = attributes.replace(ATTRIBUTE, (whole, name: string, equals: string | undefined, value = '') => {
      if (name.toLowerCase() !== 'href' || equals === undefined) return whole;
      const url = decodeEntities(unquoted(value)).trim();
      if (!isTrackable(url) || url.startsWith(own)) return whole;
      link += 1;
      return `${name}="${escapeHtml(trackedUrl(url, link))}"`;
    });
    return piece.replace(attributes, () => rewritten);
  });
}

/** The HTML with an invisible picture at its end, whose loading tells that it was opened. */
export function withPixel(html: string, url: string): string {
  const pixel = `<img src="${escapeHtml(url)}" width="1" height="1" alt="" style="display:block;width:1px;height:1px;border:0">`;
  const end = html.toLowerCase().lastIndexOf('</body');
  return end < 0 ? `${html}${pixel}` : `${html.slice(0, end)}${pixel}${html.slice(end)}`;
}

/** Every link in a piece of HTML, in order, as a reader would follow it. */
export function linksIn(html: string): string[] {
  const found: string[] = [];
  for (const [, , attributes] of html.matchAll(PIECES)) {
    for (const [, name, , value] of (attributes ?? '').matchAll(ATTRIBUTE)) {
      if (name?.toLowerCase() === 'href' && value) found.push(decodeEntities(unquoted(value)).trim());
    }
  }
  return found;
}

function unquoted(value: string): string {
  return /^["']/.test(value) ? value.slice(1, -1) : value;
}

function isTrackable(url: string): boolean {
  return url.length <= URL_MAX && /^https?:\/\//i.test(url) && URL.canParse(url);
}
