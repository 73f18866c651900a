import type { BuiltInField } from './built-in-fields.ts';

/** A field as Ortto's instance-schema/get describes it (recorded, 4 November 2025). */
export interface DescribedField extends Omit<BuiltInField, keyof FieldFlags>, FieldFlags {}

interface FieldFlags {
  readOnly?: true | undefined;
  hidden?: true | undefined;
  /** Has as many values as there are people: nothing to suggest. */
  noAutocomplete?: true | undefined;
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

/**
 * What is said of built-in fields other than what holds here: `str::soo-ctx` and `str::u-ctx` can be written all the same
 * (Ortto help, a-257), and of accounts three are not said to be read-only.
 */
export const fieldFlags: Readonly<Record<string, FieldFlags>> = {
  'bol::hb': { hidden },
  'str::email': { noAutocomplete },
  'str::first': { noAutocomplete },
  'str::last': { noAutocomplete },
  'str::soo-ctx': { readOnly },
  'str::u-ctx': { readOnly },
  'str:o:as': { readOnly: undefined, hidden },
  'str:o:name': { noAutocomplete },
  'tme:o:ds_': { readOnly: undefined, hidden },
  'u4s:o:t': { readOnly: undefined },
};
