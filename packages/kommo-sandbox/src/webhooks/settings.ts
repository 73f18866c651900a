/**
 * The names a subscription may hold (Kommo, "Webhooks"). `update_task` is in
 * amoCRM's list and in Kommo's own pages as "Task edited", but not in Kommo's
 * reference: an account may be made to refuse it, see `Seed.refusedSettings`.
 */
export const settingNames: readonly string[] = [
  ...['add', 'update', 'delete', 'restore', 'status', 'responsible', 'note'].map((action) => `${action}_lead`),
  ...['add', 'update', 'delete', 'restore', 'responsible', 'note'].flatMap((action) => [
    `${action}_contact`,
    `${action}_company`,
  ]),
  ...['add', 'update', 'delete', 'responsible'].map((action) => `${action}_task`),
  ...['add_talk', 'update_talk', 'add_message', 'add_outgoing_message', 'add_chat_template_review'],
  ...['add', 'update', 'delete', 'responsible', 'note'].map((action) => `${action}_customer`),
  ...['add', 'update', 'delete'].map((action) => `${action}_unsorted`),
];

/** Kommo's cap on webhooks an account. */
export const mostWebhooks = 100;
