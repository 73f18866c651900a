import { isIP } from 'node:net';
import { isStorable, type Location } from '@tributary/model';

const TEXT_MAX = 255;

type Json = Readonly<Record<string, unknown>>;

/**
 * A request's `location` in any of its three forms: `source_ip`, `custom`,
 * `address` (Ortto help, a-257). What is not as it should be in it is passed
 * over: nobody is refused for where they are.
 */
export function locationOf(given: unknown): { location: Location } | object {
  if (!isObject(given)) return {};
  const { source_ip: ip, custom, address } = given;
  const place = isObject(custom) ? custom : isObject(address) ? address : {};
  const latitude = degrees(place.latitude, 90);
  const longitude = degrees(place.longitude, 180);
  const said = {
    ip: typeof ip === 'string' && isIP(ip) ? ip : undefined,
    name: text(place.name),
    city: text(place.city),
    region: text(place.region),
    country: text(place.country) ?? countryName(place.country_code),
    timezone: text(place.timezone),
    ...(latitude === undefined || longitude === undefined ? {} : { latitude, longitude }),
  };
  const known = Object.entries(said).filter(([, value]) => value !== undefined);
  return known.length === 0 ? {} : { location: Object.fromEntries(known) as Location };
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function text(value: unknown): string | undefined {
  if (typeof value !== 'string' || !isStorable(value)) return undefined;
  const trimmed = value.trim();
  return trimmed === '' || trimmed.length > TEXT_MAX ? undefined : trimmed;
}

function degrees(value: unknown, max: number): number | undefined {
  return typeof value === 'number' && Math.abs(value) <= max ? value : undefined;
}

const countries = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });

function countryName(code: unknown): string | undefined {
  return typeof code === 'string' && /^[a-z]{2}$/i.test(code) ? countries.of(code.toUpperCase()) : undefined;
}
