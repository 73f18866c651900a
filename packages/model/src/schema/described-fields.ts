import type { BuiltInField } from './built-in-fields.ts';

/** A field as Ortto's instance-schema/get describes it (recorded, 4 November 2025). */
export interface DescribedField extends BuiltInField {
  hidden?: true;
  /** Has as many values as there are people: nothing to suggest. */
  noAutocomplete?: true;
}

const readOnly = true;
const hidden = true;
const noAutocomplete = true;

/** Fields by which Ortto's own pages ask about memberships. Nobody has a value of them. */
export const hiddenFields: readonly DescribedField[] = [
  { id: 'idt::pe_', name: 'Last sticky field', type: 'id', liquid: 'people.last-sticky-field', readOnly, hidden },
  { id: 'tme::c_', name: 'Is in campaign', type: 'campaign_member', liquid: 'people.is-in-campaign', hidden },
  { id: 'tme::ds_', name: 'Data source', type: 'text_dictionary', liquid: 'people.data-source', hidden },
  {
    id: 'tme::hnlc_',
    name: 'Has not left campaign',
    type: 'campaign_member',
    liquid: 'people.has-not-left-campaign',
    hidden,
  },
  {
    id: 'tme::hnsc_',
    name: 'Has not started campaign',
    type: 'campaign_member',
    liquid: 'people.has-not-started-campaign',
    hidden,
  },
  { id: 'tme::l_', name: 'Left audience', type: 'audience_member', liquid: 'people.left-audience', hidden },
  { id: 'tme::lj_', name: 'Last journey', type: 'campaign_member', liquid: 'people.last-journey', hidden },
  { id: 'tme::llc_', name: 'Has left campaign', type: 'campaign_member', liquid: 'people.has-left-campaign', hidden },
  { id: 'tme::lp_', name: 'Last playbook', type: 'campaign_member', liquid: 'people.last-playbook', hidden },
  { id: 'tme::m_', name: 'Member of audience', type: 'audience_member', liquid: 'people.member-of-audience', hidden },
  {
    id: 'tme::oo_',
    name: 'Subscriber of SMS audience',
    type: 'audience_member',
    liquid: 'people.subscriber-of-sms-audience',
    hidden,
  },
  {
    id: 'tme::s_',
    name: 'Subscriber of audience',
    type: 'audience_subscriber',
    liquid: 'people.subscriber-of-audience',
    hidden,
  },
  {
    id: 'tme::sc_',
    name: 'Has started campaign',
    type: 'campaign_member',
    liquid: 'people.has-started-campaign',
    hidden,
  },
  {
    id: 'tme::u_',
    name: 'Unsubscriber of audiences',
    type: 'audience_subscriber',
    liquid: 'people.unsubscriber-of-audiences',
    hidden,
  },
];

/** What is said of a person's built-in fields beside what they are; the last two can be written all the same (Ortto help, a-257). */
export const fieldFlags: Readonly<Record<string, Partial<DescribedField>>> = {
  'bol::hb': { hidden },
  'str::email': { noAutocomplete },
  'str::first': { noAutocomplete },
  'str::last': { noAutocomplete },
  'str::soo-ctx': { readOnly },
  'str::u-ctx': { readOnly },
};

/** The fields every account has. */
export const accountFields: readonly DescribedField[] = [
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
  { id: 'str:o:as', name: 'Archive source', type: 'text', liquid: 'account.archive-source', hidden },
  { id: 'str:o:industry', name: 'Industry', type: 'text', liquid: 'account.industry' },
  { id: 'str:o:lt', name: 'Last timezone', type: 'single_select', liquid: 'account.last-timezone' },
  { id: 'str:o:name', name: 'Name', type: 'text', liquid: 'account.name', noAutocomplete },
  { id: 'str:o:owner', name: 'Owner', type: 'text', liquid: 'account.owner' },
  { id: 'str:o:postal', name: 'Postal code', type: 'text', liquid: 'account.postal-code' },
  { id: 'str:o:source', name: 'Initial source', type: 'text', liquid: 'account.initial-source' },
  { id: 'str:o:website', name: 'Website', type: 'link', liquid: 'account.website' },
  { id: 'tme:o:ds_', name: 'Datasource prefix', type: 'time', liquid: 'account.datasource-prefix', hidden },
  { id: 'u4s:o:t', name: 'Tag', type: 'tags', liquid: 'account.tag' },
];
