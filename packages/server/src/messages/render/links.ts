import { decodeEntities, escapeHtml } from './entities.ts';
import { piecesOf } from './pieces.ts';

/** Longer ones would make lines and paths that mail gateways break. */
const URL_MAX = 2000;

const ATTRIBUTE = /([^\s=/"'>]+)(?:(\s*=\s*)("[^"]*"|'[^']*'|[^\s"'>]+))?/g;

/**
 * The HTML with every http link led past us: `trackedUrl` is given the link and
 * its number, counted from 1. Left alone: other schemes, anchors, links under
 * `own` (unsubscribing must not count as a click), and links marked `data-no-track`.
 */
export function trackLinks(html: string, own: string, trackedUrl: (url: string, link: number) => string): string {
  let link = 0;
  return piecesOf(html)
    .map((piece) => {
      if (piece.kind !== 'tag' || !isLink(piece.name) || /(?:^|\s)data-no-track(?:[\s=/]|$)/i.test(piece.attributes)) {
        return piece.source;
      }
      const attributes = piece.attributes.replace(
        ATTRIBUTE,
        (whole, name: string, equals: string | undefined, value = '') => {
          if (name.toLowerCase() !== 'href' || equals === undefined) return whole;
          const url = decodeEntities(unquoted(value)).trim();
          if (!isTrackable(url) || url.startsWith(own)) return whole;
          link += 1;
          return `${name}="${escapeHtml(trackedUrl(url, link))}"`;
        },
      );
      return `${piece.source.slice(0, piece.source.length - piece.attributes.length - 1)}${attributes}>`;
    })
    .join('');
}

/** The HTML with an invisible picture at its end, whose loading tells that it was opened. */
export function withPixel(html: string, url: string): string {
  const pixel = `<img src="${escapeHtml(url)}" width="1" height="1" alt="" style="display:block;width:1px;height:1px;border:0">`;
  const end = html.toLowerCase().lastIndexOf('</body');
  return end < 0 ? `${html}${pixel}` : `${html.slice(0, end)}${pixel}${html.slice(end)}`;
}

/** The HTML as it was before: who looks after mail opens none. */
export function withoutPixel(html: string): string {
  return html.replace(/<img src="[^"]+\/t\/o\/[\w.-]+\.gif" width="1" height="1"[^>]*>/g, '');
}

/** Every link in a piece of HTML, in order, as a reader would follow it. */
export function linksIn(html: string): string[] {
  return piecesOf(html).flatMap((piece) => {
    const href = piece.kind === 'tag' && isLink(piece.name) ? attribute(piece.attributes, 'href') : undefined;
    return href === undefined ? [] : [href];
  });
}

/** The value of an attribute, decoded; undefined when the tag has none of that name. */
export function attribute(attributes: string, wanted: string): string | undefined {
  for (const [, name, , value] of attributes.matchAll(ATTRIBUTE)) {
    if (name?.toLowerCase() === wanted) return decodeEntities(unquoted(value ?? '')).trim();
  }
  return undefined;
}

const isLink = (name: string): boolean => name === 'a' || name === 'area';

function unquoted(value: string): string {
  return /^["']/.test(value) ? value.slice(1, -1) : value;
}

function isTrackable(url: string): boolean {
  return url.length <= URL_MAX && /^https?:\/\//i.test(url) && URL.canParse(url);
}
