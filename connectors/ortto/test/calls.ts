/** Webhooks as Ortto sends them: the shapes are those of deliveries that users recorded in 2023 and 2025. */

export const CONTACT = '006900000000000000000100';
export const RUN = '106900000000000000000200';

export const json = (body: object) => ({ body: JSON.stringify(body), contentType: 'application/json' });

/** Somebody did something, with changes to what it was. */
export function activityCall(activity: Record<string, unknown> = {}, contact: Record<string, unknown> = {}) {
  return {
    activity: {
      ...{ id: '006500000000000000000001', field_id: 'act::o', created: '2026-11-20T04:11:23Z' },
      attr: {
        'str::cn': 'News',
        'str::s': 'Hello',
        'idt::c': '6911b0000000000000000001',
        'bol::m': false,
        'int::li': 2,
      },
      ...activity,
    },
    contact: {
      ...{ contact_id: CONTACT, email: 'anna@example.com', external_id: '', first_name: 'Anna', last_name: 'Petrova' },
      ...{ postal: '', city: { name: '', id: 0, lat: 0, lng: 0 }, phone_number: { c: '', n: '' } },
      ...contact,
    },
    ...{
      id: '006500000000000000000ff1',
      time: '2026-11-20T04:11:24.25726779Z',
      webhook_id: '651b00000000000000000001',
    },
  };
}

/** A journey came to its webhook. */
export const stepCall = {
  ...{ campaign_id: '6911b0000000000000000001', campaign_name: 'Follow-up', contact_id: CONTACT },
  ...{ email: 'anna@example.com', id: '006900000000000000000043', run_id: RUN, shape_id: '1', shape_title: 'Call her' },
  ...{ time: '2026-11-20T05:35:39.96729118Z', webhook_id: '690400000000000000000001', webhook_name: 'Task in Kommo' },
};
