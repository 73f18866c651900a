import { type Fields, isTimezone, type Location, type Value } from '@tributary/model';

const DEGREE = 1_000_000;

/**
 * What a location makes known of a person: the last location, its city, region
 * and country, and the last time zone, each as far as it is given (built-in
 * schema, recorded; latitude and longitude are ×1e6). Of another place, what was
 * known of the one before is not known: `null`.
 */
export function locationFields(location: Location): Fields {
  const { city, region, country, latitude, longitude, timezone } = location;
  const fields: Record<string, Value> = {};
  const name = location.name ?? [city, region, country].filter(Boolean).join(', ');
  const point =
    latitude !== undefined && longitude !== undefined
      ? { lat: Math.round(latitude * DEGREE), lng: Math.round(longitude * DEGREE) }
      : {};
  if (name !== '' || 'lat' in point) {
    fields['geo::ll'] = { name, ...point };
    fields['geo::ll-cty'] = city ? { name: city } : null;
    fields['geo::ll-r'] = region ? { name: region } : null;
    fields['geo::ll-cnt'] = country ? { name: country } : null;
    fields['str::lt'] = null;
  }
  if (isTimezone(timezone)) fields['str::lt'] = timezone;
  return fields;
}
