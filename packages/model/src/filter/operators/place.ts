import { folded } from '../../folded.ts';
import type { Asked } from '../test.ts';
import { isNumber, isRecord, not, type Read, type Wrong } from './reading.ts';

const METERS: Readonly<Record<string, number>> = { m: 1, km: 1000, mi: 1609.344 };

const name: Read = ({ value }) => {
  const text = typeof value === 'object' && value !== null ? (value as { name?: unknown }).name : value;
  return typeof text === 'string'
    ? { test: { kind: 'text', how: 'is', value: folded(text) } }
    : { key: 'value', problem: 'expected a name, or {"name"}' };
};

/** `{"latitude", "longitude", "radius", "unit"}` as the value, or beside the field: degrees; km where no unit is named. */
const near: Read = (body): Asked | Wrong => {
  const [given, at] = isRecord(body.value) ? [body.value, 'value.'] : [body, ''];
  const { latitude, longitude, radius, unit = 'km' } = given;
  const meters = typeof unit === 'string' && Object.hasOwn(METERS, unit) ? METERS[unit] : undefined;
  if (!isNumber(latitude) || Math.abs(latitude) > 90) return { key: `${at}latitude`, problem: 'expected -90 to 90' };
  if (!isNumber(longitude) || Math.abs(longitude) > 180)
    return { key: `${at}longitude`, problem: 'expected -180 to 180' };
  if (!isNumber(radius) || radius < 0) return { key: `${at}radius`, problem: 'expected a distance' };
  if (meters === undefined) return { key: `${at}unit`, problem: 'expected m, km or mi' };
  return { test: { kind: 'near', latitude, longitude, meters: radius * meters } };
};

/** A place is compared by its name. */
export const placeOperators = {
  '$geo::is': name,
  '$geo::is_not': not(name),
  $proximity_is_within: near,
  $proximity_is_not_within: not(near),
} satisfies Record<string, Read>;
