import type { FastifyInstance } from 'fastify';
import { type Account, admin, seconds } from '../state/account.ts';
import { hal, self } from './answers.ts';
import { apiBase } from './context.ts';
import { parseQuery } from './query.ts';

export function accountRoutes(app: FastifyInstance, account: Account): void {
  app.get('/account', (request, reply) => {
    const also = parseQuery(request.url).words('with');
    const extra: Record<string, unknown> = {
      amojo_id: '52d51d7e-7b2c-4a0f-9c1d-0b6c1f2a9e11',
      uuid: '1d6d5a2f-3f0e-4d1a-8a54-5b0a9d5b7c3e',
      amojo_rights: { can_direct: true, can_create_groups: true },
      version: 14,
      is_api_filter_enabled: true,
      drive_url: account.url,
    };
    const embedded: Record<string, unknown> = {
      users_groups: [{ id: 0, name: 'Sales team', uuid: null }],
      task_types: [
        { id: 1, name: 'Follow-up', color: null, icon_id: null, code: 'FOLLOW_UP' },
        { id: 2, name: 'Meeting', color: null, icon_id: null, code: 'MEETING' },
      ],
      entity_names: { leads: { en: { default_name: 'Lead', plural_form: { dative: 'Leads' } } } },
      datetime_settings: {
        date_pattern: 'm/d/Y h:i A',
        short_date_pattern: 'm/d/Y',
        timezone: 'UTC',
        timezone_offset: '+00:00',
      },
    };
    const picked = (from: Record<string, unknown>) =>
      Object.fromEntries(Object.entries(from).filter(([key]) => also.includes(key)));
    return hal(reply, {
      id: account.id,
      name: account.name,
      subdomain: account.subdomain,
      created_at: account.createdAt,
      created_by: 0,
      updated_at: seconds(account.now()),
      updated_by: 0,
      current_user_id: admin(account).id,
      country: 'US',
      currency: 'USD',
      customers_mode: 'disabled',
      is_unsorted_on: true,
      mobile_feature_version: 0,
      is_loss_reason_enabled: true,
      is_helpbot_enabled: false,
      is_technical_account: false,
      contact_name_display_order: 1,
      ...picked(extra),
      ...self(`${apiBase(request)}/account`),
      _embedded: picked(embedded),
    });
  });
}
