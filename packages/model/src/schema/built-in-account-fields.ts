import type { BuiltInField } from './built-in-fields.ts';

const readOnly = true;

/**
 * The fields every account has: namespace "o" of Ortto's instance-schema/get on
 * 4 November 2025 (recorded). `oc oe of ol` are moments kept by the server.
 */
export const builtInAccountFields: readonly BuiltInField[] = [
  { id: 'geo:o:city', name: 'City', type: 'geo', liquid: 'account.city' },
  { id: 'geo:o:country', name: 'Country', type: 'geo', liquid: 'account.country' },
  { id: 'geo:o:ll', name: 'Last location', type: 'geo', liquid: 'account.last-location', readOnly },
  { id: 'geo:o:ll-cnt', name: 'Last country', type: 'geo', liquid: 'account.last-country', readOnly },
  { id: 'geo:o:ll-cty', name: 'Last city', type: 'geo', liquid: 'account.last-city', readOnly },
  { id: 'geo:o:ll-r', name: 'Last region', type: 'geo', liquid: 'account.last-region', readOnly },
  { id: 'geo:o:region', name: 'Region', type: 'geo', liquid: 'account.region' },
  { id: 'ids:o:p', name: 'People', type: 'people', liquid: 'account.people', readOnly },
  { id: 'int:o:e', name: 'Engagement', type: 'engagement', liquid: 'account.engagement', readOnly },
  { id: 'int:o:employees', name: 'Employees', type: 'integer', liquid: 'account.employees' },
  { id: 'oc', name: 'Created', type: 'time', liquid: 'account.created', readOnly },
  { id: 'oe', name: 'Edited', type: 'time', liquid: 'account.edited', readOnly },
  { id: 'of', name: 'First seen', type: 'time', liquid: 'account.first-seen', readOnly },
  { id: 'ol', name: 'Last seen', type: 'time', liquid: 'account.last-seen', readOnly },
  { id: 'str:o:address', name: 'Address', type: 'text', liquid: 'account.address' },
  { id: 'str:o:as', name: 'Archive source', type: 'text', liquid: 'account.archive-source', readOnly },
  { id: 'str:o:industry', name: 'Industry', type: 'text', liquid: 'account.industry' },
  { id: 'str:o:lt', name: 'Last timezone', type: 'single_select', liquid: 'account.last-timezone' },
  { id: 'str:o:name', name: 'Name', type: 'text', liquid: 'account.name' },
  { id: 'str:o:owner', name: 'Owner', type: 'text', liquid: 'account.owner' },
  { id: 'str:o:postal', name: 'Postal code', type: 'text', liquid: 'account.postal-code' },
  { id: 'str:o:source', name: 'Initial source', type: 'text', liquid: 'account.initial-source' },
  { id: 'str:o:website', name: 'Website', type: 'link', liquid: 'account.website' },
  { id: 'tme:o:ds_', name: 'Datasource prefix', type: 'time', liquid: 'account.datasource-prefix', readOnly },
  { id: 'u4s:o:t', name: 'Tag', type: 'tags', liquid: 'account.tag', readOnly },
];
