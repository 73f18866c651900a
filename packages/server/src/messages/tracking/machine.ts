/** A request for a pixel or a link, as far as it tells who made it. */
export interface Visit {
  to: 'open' | 'click';
  method: string;
  userAgent: string | undefined;
  /** What browsers say when they load ahead of a person (`Purpose`, `Sec-Purpose`, `X-Moz`). */
  purpose: string | undefined;
  /** Since the message was sent; undefined where that is not known. */
  sinceSentMs: number | undefined;
  /** Two links of the mail were clicked faster than a person could (pace.ts). */
  hurried: boolean;
}

/** Nobody gets a message, reads it and clicks in less; a scanner in front of the mailbox does. */
const FASTER_THAN_A_PERSON_MS = 2000;

/**
 * Proxies that fetch a picture because a person opened the mail: Gmail's and
 * Yahoo's. They hide the person's browser, but the open is theirs.
 */
const HUMAN_PROXY = /GoogleImageProxy|YahooMailProxy/;

/** Gmail's prefetch, ahead of any person: a browser of 2015 with a second "Mozilla" behind it. */
const GMAIL_PREFETCH = /Edge\/12\.246 Mozilla\/5\.0$/;

/** Link scanners and mail gateways by the names they give themselves. */
const SCANNERS =
  /barracuda|proofpoint|mimecast|safe-?links|microsoft.?(?:preview|office.?existence)|fireeye|trellix|symantec|messagelabs|forcepoint|sophos|cloudmark|bitdefender|ironport|zscaler|trend ?micro|fortinet|fortiguard|cyren|vade|avanan|perimeter ?81|spamassassin|rspamd|virustotal|urlscan|google-safety|google-?read-?aloud/i;

/** Bots, link previews and plain HTTP libraries. */
const PROGRAMS =
  /bot\b|crawl|spider|slurp|preview|scan(?:ner|ning)?\b|headless|phantomjs|puppeteer|playwright|selenium|facebookexternalhit|whatsapp|telegram|slack-?img|^curl\/|^wget|python|aiohttp|go-http|^java\/|okhttp|apache-httpclient|libwww|^axios|node-fetch|^node$|undici|^got |ruby|^php|guzzle|winhttp|powershell|dotnet|restsharp|postman/i;

/**
 * Why a visit is taken for a machine's, or undefined where a person is assumed: docs/sending.md has the whole rule. Where it
 * is not certain it is a person, as a machine's click that counts does less harm than a person's that does not.
 * Apple's mail privacy loads every picture through a proxy with a bare
 * "Mozilla/5.0", whether or not anyone looks: such an open says nothing.
 */
export function machineReason(visit: Visit): string | undefined {
  const agent = visit.userAgent?.trim() ?? '';
  if (visit.method === 'HEAD') return 'it asked for the head only';
  if (agent === '') return 'it did not say who it is';
  if (agent === 'Mozilla/5.0') return 'a privacy proxy such as Apple Mail’s';
  if (visit.purpose !== undefined && /prefetch|preview|prerender/i.test(visit.purpose)) return 'it loaded ahead';
  if (GMAIL_PREFETCH.test(agent)) return 'Gmail loaded ahead';
  if (HUMAN_PROXY.test(agent)) return undefined;
  if (SCANNERS.test(agent)) return 'a mail security scanner';
  if (PROGRAMS.test(agent)) return 'a program, not a browser';
  if (visit.to === 'click' && visit.sinceSentMs !== undefined && visit.sinceSentMs < FASTER_THAN_A_PERSON_MS) {
    return 'faster than a person reads';
  }
  if (visit.hurried) return 'several links at once, faster than a person clicks';
  return undefined;
}
