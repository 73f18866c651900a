/**
 * The field by which somebody is known before anyone knows who it is: a cookie,
 * an installation of an app. Named as Ortto names it on the activities of its
 * capture script (recorded: `idt::aci`, "Anonymous contact ID"); as a field of
 * people it is ours. One person may have many; they are keys only, and no value
 * of the profile.
 */
export const ANONYMOUS_ID = 'idt::aci';

/** The field as the schema lists it, beside Ortto's own. */
export const anonymousIdField = {
  id: ANONYMOUS_ID,
  name: 'Anonymous contact ID',
  displayType: 'id',
  readOnly: false,
  isKey: true,
};
