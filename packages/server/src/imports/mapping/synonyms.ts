import type { EntityKind } from '@tributary/model';

/** What people call a field in the heads of their columns, by the field's id. */
type Names = Readonly<Record<string, string>>;

/*
 * In English, Russian, Portuguese, Spanish, German and French. Compared without case, accents and punctuation.
 */

const places = {
  city: 'city, town, город, cidade, ciudad, stadt, ville',
  region: 'region, state, province, регион, область, estado, regiao, provincia, bundesland',
  country: 'country, страна, pais, land, pays',
  postal:
    'postal code, postcode, zip, zip code, индекс, почтовый индекс, cep, codigo postal, plz, postleitzahl, code postal',
};

const tags = 'tags, tag, labels, label, теги, тег, метки, etiquetas, marcadores, schlagworter, etiquettes';

const ofPeople: Names = {
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
  'geo::city': places.city,
  'geo::region': places.region,
  'geo::country': places.country,
  'str::postal': places.postal,
  'dtz::b':
    'birthday, birth date, birthdate, date of birth, dob, день рождения, дата рождения, data de nascimento, aniversario, fecha de nacimiento, cumpleanos, geburtstag, geburtsdatum, date de naissance',
  'str::language': 'language, locale, lang, язык, idioma, lingua, sprache, langue',
  'bol::p':
    'email permission, subscribed, subscribed to email, subscribed to emails, email subscribed, marketing consent, marketing permission, marketing opt in, email consent, email marketing consent, email opt in, email optin, opt in, optin, opted in, opted in to email, newsletter opt in, accepts marketing, accepts email marketing, accepts email, подписан, подписан на рассылку, согласие на рассылку, согласие на email рассылку, aceita marketing, aceita email marketing, subscrito, inscrito, acepta marketing, acepta email marketing, suscrito, newsletter abonniert, werbeeinwilligung, einwilligung e-mail, abonne, consentement email, accepte le marketing',
  'bol::sp':
    'sms permission, sms consent, sms marketing consent, sms opt in, sms optin, sms subscribed, accepts sms marketing, accepts sms, согласие на sms, aceita sms, acepta sms, einwilligung sms, consentement sms',
  tags: `${tags}, u4s::t`,
  id: 'person id, person_id, ortto id',
};

const company =
  'account, account name, company, company name, organization, organization name, organisation, organisation name, компания, название компании, организация, название организации, empresa, nome da empresa, nombre de la empresa, organizacao, organizacion, firma, firmenname, unternehmen, entreprise, nom de l entreprise, societe';
const site = 'company website, company domain, company domain name, account website, сайт компании, site da empresa';
const accountId = 'account id, account_id, organization id, organization_id';

const ofAccounts: Names = {
  'str:o:name': `${company}, name, business name, legal name, название, наименование, контрагент, юридическое лицо, nome, razao social, nombre, razon social, name der firma, nom, raison sociale`,
  'str:o:website': `${site}, website, web site, website url, url, site, homepage, home page, web address, domain, domain name, сайт, веб сайт, адрес сайта, домен, dominio, sitio web, pagina web, webseite, webadresse, site web, site internet, domaine`,
  'str:o:industry':
    'industry, sector, отрасль, сфера деятельности, индустрия, setor, ramo, ramo de atividade, industria, branche, secteur, secteur d activite',
  'int:o:employees':
    'employees, employee count, number of employees, headcount, сотрудники, сотрудников, количество сотрудников, число сотрудников, численность, funcionarios, numero de funcionarios, colaboradores, empleados, numero de empleados, mitarbeiter, mitarbeiterzahl, anzahl mitarbeiter, employes, nombre d employes, effectif',
  'str:o:address':
    'address, street, street address, address line 1, адрес, улица, юридический адрес, endereco, morada, direccion, adresse, straße, strasse, rue',
  'geo:o:city': places.city,
  'geo:o:region': places.region,
  'geo:o:country': places.country,
  'str:o:postal': places.postal,
  'str:o:owner':
    'owner, account owner, company owner, account manager, ответственный, менеджер, responsavel, proprietario, responsable, propietario, betreuer, verantwortlich',
  'str:o:source':
    'source, initial source, lead source, источник, origem, fonte, origen, fuente, quelle, herkunft, origine',
  tags: `${tags}, u4s:o:t`,
  id: `${accountId}, ortto id`,
};

/** Of a column that says to which account somebody belongs: by which field of accounts. */
const ofMembership: Names = { 'str:o:name': company, 'str:o:website': site, id: `${accountId}, idt::o` };

const ofActivities: Names = {
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

const lookup = (lists: Names): ReadonlyMap<string, string> =>
  new Map(Object.entries(lists).flatMap(([is, list]) => list.split(',').map((name) => [plainName(name), is] as const)));

export const synonyms: Readonly<Record<EntityKind, ReadonlyMap<string, string>>> = {
  person: lookup(ofPeople),
  account: lookup(ofAccounts),
};
export const membershipSynonyms = lookup(ofMembership);
export const activitySynonyms = lookup(ofActivities);
