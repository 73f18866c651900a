/**
 * The fields every person has, as Ortto's instance-schema/get listed them on
 * 4 November 2025 (recorded). `c e f l s u a r o` are moments kept by the server.
 */
export interface BuiltInField {
  id: string;
  name: string;
  type: string;
  liquid: string;
  readOnly?: true;
}

const readOnly = true;

export const builtInFields: readonly BuiltInField[] = [
  { id: 'a', name: 'Archived', type: 'time', liquid: 'people.archived', readOnly },
  { id: 'bol::gdpr', name: 'GDPR', type: 'bool', liquid: 'people.gdpr' },
  { id: 'bol::hb', name: 'Hard bounced', type: 'bool', liquid: 'people.hard-bounced', readOnly },
  { id: 'bol::p', name: 'Email permission', type: 'bool', liquid: 'people.email-permission' },
  { id: 'bol::sp', name: 'SMS permission', type: 'bool', liquid: 'people.sms-permission' },
  { id: 'c', name: 'Created', type: 'time', liquid: 'people.created', readOnly },
  { id: 'dtz::b', name: 'Birthday', type: 'date', liquid: 'people.birthday' },
  { id: 'e', name: 'Edited', type: 'time', liquid: 'people.edited', readOnly },
  { id: 'f', name: 'First seen', type: 'time', liquid: 'people.first-seen', readOnly },
  { id: 'geo::city', name: 'City', type: 'geo', liquid: 'people.city' },
  { id: 'geo::country', name: 'Country', type: 'geo', liquid: 'people.country' },
  { id: 'geo::ll', name: 'Last location', type: 'geo', liquid: 'people.last-location', readOnly },
  { id: 'geo::ll-cnt', name: 'Last country', type: 'geo', liquid: 'people.last-country', readOnly },
  { id: 'geo::ll-cty', name: 'Last city', type: 'geo', liquid: 'people.last-city', readOnly },
  { id: 'geo::ll-r', name: 'Last region', type: 'geo', liquid: 'people.last-region', readOnly },
  { id: 'geo::region', name: 'Region', type: 'geo', liquid: 'people.region' },
  { id: 'idt::o', name: 'Account', type: 'id', liquid: 'people.account', readOnly },
  { id: 'int::e', name: 'Engagement', type: 'engagement', liquid: 'people.engagement', readOnly },
  { id: 'int::ta', name: 'Total attributed', type: 'currency', liquid: 'people.total-attributed', readOnly },
  { id: 'int::v', name: 'Total spent', type: 'currency', liquid: 'people.total-spent', readOnly },
  { id: 'l', name: 'Last seen', type: 'time', liquid: 'people.last-seen', readOnly },
  { id: 'o', name: 'SMS subscribe date', type: 'time', liquid: 'people.sms-subscribe-date', readOnly },
  { id: 'phn::phone', name: 'Phone number', type: 'phone', liquid: 'people.phone-number' },
  { id: 'proximity::loc', name: 'Proximity', type: 'proximity', liquid: 'people.proximity', readOnly },
  { id: 'r', name: 'Restored', type: 'time', liquid: 'people.restored', readOnly },
  { id: 's', name: 'Email subscribe date', type: 'time', liquid: 'people.email-subscribe-date', readOnly },
  { id: 'str::as', name: 'Archive source', type: 'text', liquid: 'people.archive-source', readOnly },
  { id: 'str::ei', name: 'External ID', type: 'text', liquid: 'people.external-id' },
  { id: 'str::email', name: 'Email', type: 'email', liquid: 'people.email' },
  { id: 'str::first', name: 'First name', type: 'text', liquid: 'people.first-name' },
  { id: 'str::is', name: 'Initial source', type: 'text', liquid: 'people.initial-source', readOnly },
  { id: 'str::iu', name: 'Initial URL', type: 'text', liquid: 'people.initial-url', readOnly },
  { id: 'str::iuc', name: 'Initial UTM campaign content', type: 'text', liquid: 'people.initial-utm-campaign-content' },
  { id: 'str::ium', name: 'Initial UTM campaign medium', type: 'text', liquid: 'people.initial-utm-campaign-medium' },
  { id: 'str::iun', name: 'Initial UTM campaign name', type: 'text', liquid: 'people.initial-utm-campaign-name' },
  { id: 'str::ius', name: 'Initial UTM campaign source', type: 'text', liquid: 'people.initial-utm-campaign-source' },
  { id: 'str::iut', name: 'Initial UTM campaign term', type: 'text', liquid: 'people.initial-utm-campaign-term' },
  { id: 'str::language', name: 'Language', type: 'single_select', liquid: 'people.language' },
  { id: 'str::last', name: 'Last name', type: 'text', liquid: 'people.last-name' },
  { id: 'str::lb', name: 'Last browser', type: 'text', liquid: 'people.last-browser', readOnly },
  { id: 'str::lt', name: 'Last timezone', type: 'single_select', liquid: 'people.last-timezone' },
  { id: 'str::name', name: 'Name', type: 'text', liquid: 'people.name' },
  { id: 'str::postal', name: 'Postal code', type: 'text', liquid: 'people.postal-code' },
  { id: 'str::s-ctx', name: 'Email subscribe context', type: 'text', liquid: 'people.email-subscribe-context' },
  { id: 'str::soi-ctx', name: 'SMS subscribe context', type: 'text', liquid: 'people.sms-subscribe-context' },
  {
    id: 'str::soo-ctx',
    name: 'SMS unsubscribe context',
    type: 'text',
    liquid: 'people.sms-unsubscribe-context',
  },
  { id: 'str::su', name: 'Subscribed via URL', type: 'url', liquid: 'people.subscribed-via-url', readOnly },
  {
    id: 'str::u-ctx',
    name: 'Email unsubscribe context',
    type: 'text',
    liquid: 'people.email-unsubscribe-context',
  },
  { id: 'tme::ct', name: 'Current time', type: 'text', liquid: 'people.current-time', readOnly },
  { id: 'tme::sa', name: 'Suppressed at', type: 'time', liquid: 'people.suppressed-at', readOnly },
  { id: 'tme::soo', name: 'SMS unsubscribe date', type: 'time', liquid: 'people.sms-unsubscribe-date', readOnly },
  { id: 'tme::ua', name: 'Unsuppressed at', type: 'time', liquid: 'people.unsuppressed-at', readOnly },
  { id: 'u', name: 'Email unsubscribe date', type: 'time', liquid: 'people.email-unsubscribe-date', readOnly },
  { id: 'u4s::t', name: 'Tag', type: 'tags', liquid: 'people.tag', readOnly },
];

/** By which the apps on a person's devices are reached: to be written (Ortto help), and in no recorded schema. */
export const deviceFields: readonly BuiltInField[] = [
  { id: 'str::android_token', name: 'Android token', type: 'text', liquid: 'people.android-token' },
  { id: 'str::apn_ios_token', name: 'APN iOS token', type: 'text', liquid: 'people.apn-ios-token' },
  { id: 'str::fcm_ios_token', name: 'FCM iOS token', type: 'text', liquid: 'people.fcm-ios-token' },
];
