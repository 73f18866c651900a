/** What a reader used, in the words of timelines: only as much as is told apart with certainty. */
export interface Device {
  browser: string | undefined;
  platform: string | undefined;
  device: 'Desktop' | 'Mobile' | 'Tablet' | undefined;
}

/** The first that fits counts: most browsers also claim to be the ones below them. */
const browsers: readonly (readonly [RegExp, string])[] = [
  [/GoogleImageProxy/, 'Gmail'],
  [/YahooMailProxy/, 'Yahoo Mail'],
  [/Thunderbird\//, 'Thunderbird'],
  [/Outlook|MSOffice|Microsoft Office/, 'Outlook'],
  [/Edg(?:e|A|iOS)?\//, 'Edge'],
  [/OPR\/|Opera/, 'Opera'],
  [/SamsungBrowser\//, 'Samsung Internet'],
  [/YaBrowser\//, 'Yandex Browser'],
  [/Firefox\/|FxiOS\//, 'Firefox'],
  [/Chrome\/|CriOS\//, 'Chrome'],
  [/Version\/[\d.]+.* Safari\//, 'Safari'],
  [/(?:Macintosh|iPhone|iPad).*AppleWebKit\//, 'Apple Mail'],
];

const platforms: readonly (readonly [RegExp, string])[] = [
  [/iPad/, 'iPadOS'],
  [/iPhone|iPod/, 'iOS'],
  [/Android/, 'Android'],
  [/CrOS/, 'ChromeOS'],
  [/Windows/, 'Windows'],
  [/Macintosh|Mac OS X/, 'macOS'],
  [/Linux|X11/, 'Linux'],
];

export function deviceOf(userAgent: string | undefined): Device {
  const agent = userAgent ?? '';
  const named = (list: readonly (readonly [RegExp, string])[]) => list.find(([pattern]) => pattern.test(agent))?.[1];
  // A proxy's platform is the proxy's, not the reader's.
  const proxied = /ImageProxy|MailProxy/.test(agent);
  const platform = proxied ? undefined : named(platforms);
  return { browser: named(browsers), platform, device: platform === undefined ? undefined : kindOf(agent) };
}

function kindOf(agent: string): Device['device'] {
  if (/iPad|Tablet|Android(?!.*Mobile)/.test(agent)) return 'Tablet';
  return /Mobile|iPhone|iPod/.test(agent) ? 'Mobile' : 'Desktop';
}
