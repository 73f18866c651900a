import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Account } from '../state/account.ts';
import type { Complaint } from '../state/field-values.ts';
import { fieldTypes, notSupportedChoice } from '../state/field-values.ts';
import type { CustomField, EnumOption, Owner } from '../state/model.ts';
import { hal, nothing, origin, Problem, self, sendPage } from './answers.ts';
import { int, readList, readOne } from './check.ts';
import { apiBase } from './context.ts';
import { ownFields } from './lead-body.ts';
import { numbers, parseQuery } from './query.ts';
import { fieldView } from './views.ts';

const option = z.object({ id: int.optional(), value: z.string(), sort: int.optional(), code: z.string().nullish() });
const shared = {
  code: z.string().nullish(),
  sort: int.optional(),
  is_api_only: z.boolean().optional(),
  enums: z.array(option).nullish(),
  request_id: z.union([z.string(), z.number()]).optional(),
};
const fieldBody = z.object({ ...shared, name: z.string().min(1), type: z.enum(fieldTypes) });
const patchBody = z.object({ ...shared, id: int.optional(), name: z.string().min(1).optional() });
const patchMany = patchBody.extend({ id: int });

const withOptions = ['select', 'multiselect', 'radiobutton', 'category'];

export function fieldRoutes(app: FastifyInstance, account: Account, owner: Owner): void {
  const path = `/${owner}/custom_fields`;
  const find = (id: number) => ownFields(account, owner).find((field) => field.id === id);

  app.get(path, (request, reply) => {
    const query = parseQuery(request.url);
    const ids = numbers(query.all('filter', 'id'));
    const types = query.all('filter', 'type').flatMap((types) => types.split(','));
    const rows = ownFields(account, owner).filter(
      (field) => (ids.length === 0 || ids.includes(field.id)) && (types.length === 0 || types.includes(field.type)),
    );
    const show = (field: CustomField) => fieldView(account, field, apiBase(request));
    return sendPage(request, reply, query, { name: 'custom_fields', rows, show, totals: true });
  });

  app.get<{ Params: { id: string } }>(`${path}/:id(^\\d+$)`, (request, reply) => {
    const field = find(Number(request.params.id));
    if (!field) throw new Problem(404, 'Entity not found');
    return hal(reply, fieldView(account, field, apiBase(request)));
  });

  app.post(path, (request, reply) => {
    const items = readList(fieldBody, request.body, (item) => fieldComplaints(account, owner, item));
    const base = apiBase(request);
    const fields = items.map(({ item, request_id }) => {
      const field = addField(account, owner, item);
      return { ...fieldView(account, field, base), request_id };
    });
    account.version += 1;
    return hal(reply, {
      ...self(origin(request) + request.url),
      _total_items: fields.length,
      _embedded: { custom_fields: fields },
    });
  });

  app.patch(path, (request, reply) => {
    const items = readList(patchMany, request.body, (item) => (find(item.id) ? [] : [notSupportedChoice('id')]));
    const base = apiBase(request);
    const fields = items.flatMap(({ item, request_id }) => {
      const field = find(item.id);
      if (!field) return [];
      changeField(account, field, item);
      return [{ ...fieldView(account, field, base), request_id }];
    });
    return hal(reply, {
      ...self(origin(request) + request.url),
      _total_items: fields.length,
      _embedded: { custom_fields: fields },
    });
  });

  app.patch<{ Params: { id: string } }>(`${path}/:id(^\\d+$)`, (request, reply) => {
    const field = find(Number(request.params.id));
    if (!field) throw new Problem(404, 'Entity not found');
    changeField(account, field, readOne(patchBody, request.body));
    return hal(reply, fieldView(account, field, apiBase(request)));
  });

  app.delete<{ Params: { id: string } }>(`${path}/:id(^\\d+$)`, (request, reply) => {
    const field = find(Number(request.params.id));
    if (!field) throw new Problem(404, 'Entity not found');
    if (field.is_predefined) throw new Problem(403, 'The field is predefined.');
    account.fields.splice(account.fields.indexOf(field), 1);
    return nothing(reply);
  });
}

function fieldComplaints(account: Account, owner: Owner, item: z.infer<typeof fieldBody>): Complaint[] {
  const complaints: Complaint[] = [];
  if (withOptions.includes(item.type) && !item.enums?.length) {
    complaints.push({ code: 'FieldMissing', path: 'enums', detail: 'This field is missing.' });
  }
  if (item.code && ownFields(account, owner).some((field) => field.code === item.code)) {
    complaints.push({ code: 'NotUnique', path: 'code', detail: 'This value is already used.' });
  }
  return complaints;
}

function addField(account: Account, owner: Owner, item: z.infer<typeof fieldBody>): CustomField {
  const field: CustomField = {
    id: account.nextId('field'),
    owner,
    name: item.name,
    type: item.type,
    code: item.code ?? null,
    sort: item.sort ?? 500 + account.fields.length,
    enums: item.enums ? optionsOf(account, item.enums) : null,
    is_predefined: false,
    is_api_only: item.is_api_only ?? false,
    by_integration: true,
  };
  account.fields.push(field);
  return field;
}

/** `enums` is the whole list: an option without its id is a new one, one that is left out is gone (assumption). */
function changeField(account: Account, field: CustomField, item: z.infer<typeof patchBody>): void {
  field.name = item.name ?? field.name;
  field.sort = item.sort ?? field.sort;
  field.code = item.code ?? field.code;
  field.is_api_only = item.is_api_only ?? field.is_api_only;
  if (item.enums) field.enums = optionsOf(account, item.enums, field.enums ?? []);
  account.version += 1;
}

function optionsOf(account: Account, given: z.infer<typeof option>[], had: EnumOption[] = []): EnumOption[] {
  return given.map(({ id, value, sort, code }, i) => {
    const same = had.find((one) => one.id === id || (id === undefined && one.value === value));
    return { id: same?.id ?? account.nextId('enum'), value, sort: sort ?? i + 1, code: code ?? same?.code ?? null };
  });
}
