import type { FieldId } from './field-id.ts';

/** An attribute of an activity. */
export interface Attribute {
  id: string;
  name: string;
  type: string;
  hidden?: true;
}

/** What an activity does to the person's fields. */
export interface Trigger {
  fieldId: string;
  operation: 'set' | 'inc';
  attributeId: string;
}

/** Recorded by the server alone, as Ortto's schema says (recorded). */
export const readOnlyActivities: ReadonlySet<string> = new Set([
  'act::a',
  'act::aid',
  'act::apa',
  'act::ej',
  'act::enter-audience',
  'act::ep',
  'act::fja',
  'act::fpa',
  'act::leave-audience',
  'act::lj',
  'act::lp',
  'act::rdc',
  'act::sja',
  'act::spa',
  'act::ta',
  'act::tr',
]);

export const hiddenActivities: ReadonlySet<string> = new Set(['act::aclk', 'act::apa', 'act::as', 'act::ws']);

/** Which fields an activity sets, and which it adds to (recorded), beside "first seen" and "last seen". */
export function triggersOf(activityId: string): readonly Trigger[] {
  return (triggers[activityId] ?? []).map(([operation, fieldId, attributeId]) => ({ fieldId, operation, attributeId }));
}

type Written = readonly (readonly [Trigger['operation'], string, string])[];
const browser: Written = [['set', 'str::lb', 'str::b']];
const client: Written = [...browser, ['set', 'str::lec', 'str::b']];
const session: Written = [['inc', 'int::v', 'int::v'], ...browser, ['set', 'str::language', 'str::l']];

const triggers: Readonly<Record<string, Written>> = {
  'act::a': [['inc', 'int::ta', 'int::v']],
  'act::aclk': browser,
  'act::as': browser,
  'act::aus': session,
  'act::c': browser,
  'act::cs': browser,
  'act::cw': browser,
  'act::dw': browser,
  'act::f': client,
  'act::lpc': browser,
  'act::lpsf': browser,
  'act::lpv': browser,
  'act::o': client,
  'act::re': client,
  'act::rt': client,
  'act::rw': browser,
  'act::rws': browser,
  'act::scf': browser,
  'act::scr': browser,
  'act::sw': browser,
  'act::swf': browser,
  'act::swnps': browser,
  'act::sww': browser,
  'act::uaclk': [
    ['inc', 'int::v', 'int::v'],
    ['set', 'str::lb', 'str::b'],
  ],
  'act::us': session,
  'act::v': client,
  'act::ws': browser,
  'act::wwv': browser,
};

/** The attributes of an activity as far as they are known (recorded); none where they are not. */
export function attributesOf(activityId: string): readonly Attribute[] {
  const text = Object.hasOwn(attributes, activityId) ? attributes[activityId]! : '';
  return text
    .split(';')
    .map((one) => one.trim())
    .filter(Boolean)
    .map((one) => {
      const id = one.slice(0, one.indexOf(' '));
      return {
        id,
        name: one.slice(id.length + 1),
        type: typeOf(id),
        ...(id.startsWith('idt:') ? { hidden: true } : {}),
      };
    });
}

/** Names that are chosen from those there are, and others that say more than their prefix. */
const told: Readonly<Record<string, string>> = {
  'str::cn': 'text_dictionary',
  'str::asn': 'text_dictionary',
  'str::cwn': 'text_dictionary',
  'str::t': 'single_select',
  'int::v': 'currency',
};
const byPrefix: Readonly<Record<FieldId['type'], string>> = {
  bol: 'bool',
  int: 'integer',
  geo: 'geo',
  obj: 'object',
};

function typeOf(id: string): string {
  return told[id] ?? byPrefix[id.slice(0, 3)] ?? 'text';
}

const attributes: Readonly<Record<string, string>> = {
  'act::s': `
    idt::oi Object ID; idt::c Campaign ID; str::cn Campaign name; str::ct Campaign type;
    str::cvt Campaign variant type; idt::ei Email ID; str::asn Email name; idt::a Audience ID; str::an Audience name;
    str::jsi Shape ID; str::s Subject; idt::jri Run ID; idt::mi Message ID; geo::country Country; geo::region Region;
    geo::city City; bol::t Transactional`,
  'act::r': `
    idt::oi Object ID; idt::c Campaign ID; str::cn Campaign name; str::ct Campaign type;
    str::cvt Campaign variant type; idt::ei Email ID; str::asn Email name; idt::a Audience ID; str::an Audience name;
    str::jsi Shape ID; str::fn From name; str::fre From email; str::s Subject; idt::jri Run ID; idt::mi Message ID;
    geo::country Country; geo::region Region; geo::city City; str::t Timezone; bol::t Transactional`,
  'act::o': `
    idt::oi Object ID; idt::c Campaign ID; str::cn Campaign name; str::ct Campaign type;
    str::cvt Campaign variant type; idt::ei Email ID; str::asn Email name; idt::a Audience ID; str::an Audience name;
    str::jsi Shape ID; str::fn From name; str::fre From email; str::s Subject; idt::jri Run ID; idt::mi Message ID;
    obj::i System info object; str::b Browser; str::bv Browser version; str::p Platform; str::pv Platform version;
    str::d Device; geo::country Country; geo::region Region; geo::city City; str::t Timezone; bol::t Transactional;
    bol::m Possible machine open`,
  'act::c': `
    idt::oi Object ID; idt::c Campaign ID; str::cn Campaign name; str::ct Campaign type;
    str::cvt Campaign variant type; idt::ei Email ID; str::asn Email name; idt::a Audience ID; str::an Audience name;
    str::jsi Shape ID; str::s Subject; str::c URL clicked; str::rc Raw url clicked; str::us UTM campaign source;
    str::um UTM campaign medium; str::un UTM campaign name; str::uc UTM campaign content; idt::jri Run ID;
    idt::mi Message ID; str::burl Base URL; obj::i System info object; str::b Browser; str::bv Browser version;
    str::p Platform; str::pv Platform version; str::d Device; obj::r Screen info object; str::sr Screen resolution;
    int::sw Screen width; int::sh Screen height; int::sr Screen pixel ratio; bol::ts Touch screen;
    geo::country Country; geo::region Region; geo::city City; str::t Timezone; str::rr Reaction reason;
    bol::t Transactional; int::li Link index; bol::m Possible machine click`,
  'act::b': `
    idt::oi Object ID; idt::c Campaign ID; str::cn Campaign name; str::ct Campaign type;
    str::cvt Campaign variant type; idt::ei Email ID; str::asn Email name; idt::a Audience ID; str::an Audience name;
    str::jsi Shape ID; str::s Subject; str::be Bounced email address; str::bc Category; str::br Reason;
    str::bt Bounce type; idt::jri Run ID; idt::mi Message ID; geo::country Country; geo::region Region;
    geo::city City; geo::position Position; bol::t Transactional`,
  'act::u-all': `
    idt::oi Object ID; str::mrn Message data missing reason; idt::c Campaign ID; str::cn Campaign name;
    str::ct Campaign type; str::cvt Campaign variant type; idt::ei Email ID; str::asn Email name; idt::a Audience ID;
    str::an Audience name; str::jsi Shape ID; str::s Subject; str::rn Reason; str::rno Reason (other);
    str::u-ctx Unsubscribe Context; idt::ds Data Source ID; str::is Source; idt::jri Run ID; idt::mi Message ID;
    geo::country Country; geo::region Region; geo::city City; geo::position Position; str::su Subscribed via URL`,
  'act::s-all': `
    idt::oi Object ID; str::mrn Message data missing reason; idt::c Campaign ID; str::cn Campaign name;
    str::ct Campaign type; str::cvt Campaign variant type; idt::ei Email ID; str::asn Email name; idt::a Audience ID;
    str::an Audience name; str::jsi Shape ID; str::s Subject; str::is Source; str::s-ctx Subscribe Context;
    idt::ds Data Source ID; idt::jri Run ID; idt::mi Message ID; geo::country Country; geo::region Region;
    geo::city City; geo::position Position`,
  'act::ss': `
    idt::oi Object ID; idt::c Campaign ID; str::cn Campaign name; str::ct Campaign type;
    str::cvt Campaign variant type; idt::ei SMS ID; str::asn SMS name; idt::a Audience ID; str::an Audience name;
    str::jsi Shape ID; str::sfn From number; int::sg Segments; int::sc Credits; idt::jri Run ID; geo::country Country;
    geo::region Region; geo::city City; str::t Timezone; idt::mi Message ID; str::srt Keyword trigger; str::rn Reason;
    bol::t Transactional; str::stn To number`,
  'act::ej': `
    idt::c Campaign ID; str::cn Campaign name; idt::jri Run ID; str::jefi Enter activity field ID;
    idt::jeai Enter activity ID; geo::country Country; geo::region Region; geo::city City; geo::position Position`,
  'act::lj': `
    idt::c Campaign ID; str::cn Campaign name; str::pr Reason; str::jsi ShapeID; idt::jri Run ID; obj::ljd Details`,
  'act::sja': `
    idt::c Campaign ID; str::cn Campaign name; str::jsi Shape ID; str::jst Shape title; str::pat Action type;
    str::at Display title action ID; idt::ds Data source ID; idt::jri Run ID; str::jsl Log message; obj::jsd Details;
    geo::country Country; geo::region Region; geo::city City; geo::position Position`,
  'act::fja': `
    idt::c Campaign ID; str::cn Campaign name; str::jsi Shape ID; str::jst Shape title; str::pat Action type;
    str::at Display title action ID; idt::ds Data source ID; idt::jri Run ID; str::jsl Log message; obj::jsd Details;
    geo::country Country; geo::region Region; geo::city City; geo::position Position`,
  'act::aid': `
    idt::c Campaign ID; str::cn Campaign name; str::jsi Shape ID; str::jst Shape title; idt::jri Run ID;
    str::jsci Shape case ID; str::jaio Outcome; str::jair Reasoning`,
  'act::swf': `
    idt::oi Object ID; idt::cw Widget ID; str::cwn Widget name; str::cwt Widget type; str::cwl Widget shown on URL;
    idt::c Campaign ID; str::cn Campaign name; str::ct Campaign type; str::jsi Shape ID; idt::jri Run ID;
    idt::mi Message ID; idt::aci Anonymous contact ID; obj::i System info object; str::b Browser;
    str::bv Browser version; str::p Platform; str::pv Platform version; str::d Device; geo::country Country;
    geo::region Region; geo::city City; geo::position Position; str::t Timezone; str::iun Initial UTM campaign name;
    str::ius Initial UTM campaign source; str::ium Initial UTM campaign medium; str::wr Referrer;
    idt::lp Landing page ID`,
  'act::us': `
    idt::ds Data source ID; int::dm Duration in minutes; obj::s Web session object; idt::sk Session key;
    int::pv Pages visited; str::pu Page URLs; str::bpu Base page URLs; str::pt Page titles; str::pp Page paths;
    str::fu First page URL; str::lu Last page URL; str::ft First page title; str::lt Last page title;
    str::fp First page path; str::lp Last page path; str::r Referrer; str::us UTM campaign source;
    str::um UTM campaign medium; str::un UTM campaign name; str::ut UTM campaign term; str::uc UTM campaign content;
    str::aclid Click Id; str::aclkurl URL; obj::i System info object; str::b Browser; str::bv Browser version;
    str::p Platform; str::pv Platform version; str::d Device; str::l Language; obj::r Screen info object;
    str::sr Screen resolution; int::sw Screen width; int::sh Screen height; int::sr Screen pixel ratio;
    bol::ts Touch screen; int::v Value; geo::country Country; geo::region Region; geo::city City; str::t Timezone`,
  'act::a': `
    str::gai Goal ID; str::rai Attributed Field ID; str::rt Campaign type; idt::c Campaign ID; str::cn Campaign name;
    idt::ei Asset ID; str::asn Asset name; str::ast Asset type; idt::lp Landing page ID; str::lpn Landing page Name;
    idt::cw Widget ID; str::cwn Widget Name; idt::mi Message ID; str::am Attribution model; int::v Value;
    str::pplt Platform; str::sfn From number; str::jsi Shape ID; geo::country Country; geo::region Region;
    geo::city City; obj::ga Goal activity`,
};
