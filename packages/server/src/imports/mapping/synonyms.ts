/**
 * What people call a field of everyone's, in the heads of their columns: English, Russian, Portuguese, Spanish, German and
 * French. Compared without case, accents and punctuation.
 */
const names: Readonly<Record<string, string>> = {
  'str::email':
    'email, e-mail, mail, email address, e-mail address, work email, email-адрес, почта, электронная почта, эл почта, адрес электронной почты, рабочий email, correio eletronico, correo, correo electronico, e-mail-adresse, adresse e-mail, courriel',
  'str::first':
    'first name, first, firstname, given name, fname, имя, primeiro nome, nome proprio, nombre, nombre de pila, vorname, prenom',
  'str::last':
    'last name, last, lastname, surname, family name, lname, фамилия, sobrenome, apelido, ultimo nome, apellido, apellidos, nachname, nom de famille',
  'str::name':
    'name, full name, fullname, contact name, фио, полное имя, nome, nome completo, nombre completo, nom complet, vollstandiger name',
  'phn::phone':
    'phone, phone number, telephone, tel, mobile, mobile phone, cell, work phone, телефон, номер телефона, мобильный, мобильный телефон, рабочий телефон, telefone, telemovel, celular, telefono, movil, telefon, handy, portable',
  'str::ei': 'external id, externalid, user id, userid, customer id, внешний id, id externo, id клиента',
  'geo::city': 'city, town, город, cidade, ciudad, stadt, ville',
  'geo::region': 'region, state, province, регион, область, estado, regiao, provincia, bundesland',
  'geo::country': 'country, страна, pais, land, pays',
  'str::postal':
    'postal code, postcode, zip, zip code, индекс, почтовый индекс, cep, codigo postal, plz, postleitzahl, code postal',
  'dtz::b':
    'birthday, birth date, birthdate, date of birth, dob, день рождения, дата рождения, data de nascimento, aniversario, fecha de nacimiento, cumpleanos, geburtstag, geburtsdatum, date de naissance',
  'str::language': 'language, locale, lang, язык, idioma, lingua, sprache, langue',
  'bol::p': 'email permission, subscribed, marketing consent, opt in, подписан, согласие на рассылку',
  'bol::sp': 'sms permission, sms consent, согласие на sms',
  tags: 'tags, tag, labels, label, теги, тег, метки, etiquetas, marcadores, schlagworter, etiquettes',
  id: 'person id, person_id, ortto id',
};

const activityNames: Readonly<Record<string, string>> = {
  activity: 'activity, activity id, activity_id, event, event name, событие, действие, evento, ereignis, evenement',
  time: 'time, timestamp, date, datetime, created, created at, occurred at, occurred_at, when, дата, время, дата и время, data, hora, fecha, datum, zeit, heure',
  key: 'key, idempotency key, ключ',
  activity_id: 'id, activity record id',
  attributes: 'attributes, properties',
};

/** Without case, accents and punctuation. */
export function plainName(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

const lookup = (lists: Readonly<Record<string, string>>): ReadonlyMap<string, string> =>
  new Map(Object.entries(lists).flatMap(([is, list]) => list.split(',').map((name) => [plainName(name), is] as const)));

export const synonyms = lookup(names);
export const activitySynonyms = lookup(activityNames);
