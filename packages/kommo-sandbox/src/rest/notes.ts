import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { type Account, isThere } from '../state/account.ts';
import { notSupportedChoice } from '../state/field-values.ts';
import type { Note, Owner } from '../state/model.ts';
import { addNote, changeNote } from '../state/notes.ts';
import { hal, nothing, origin, Problem, self, sendPage } from './answers.ts';
import { complaintsAbout, int, readList, readOne, stamps } from './check.ts';
import { apiBase } from './context.ts';
import { ordered } from './lead-filter.ts';
import type { Query } from './query.ts';
import { numbers, parseQuery } from './query.ts';
import { noteView } from './views.ts';

const text = { text: z.string() };
const call = {
  uniq: z.string(),
  duration: int,
  source: z.string(),
  link: z.string().optional(),
  phone: z.union([z.string(), z.number()]),
};

/** What each type of note must carry (Kommo, "Notes"). The types Kommo writes itself cannot be written. */
const params: Record<string, z.ZodType<Record<string, unknown>>> = {
  common: z.looseObject(text),
  service_message: z.looseObject({ ...text, service: z.string() }),
  extended_service_message: z.looseObject({ ...text, service: z.string() }),
  call_in: z.looseObject(call),
  call_out: z.looseObject(call),
  sms_in: z.looseObject({ ...text, phone: z.string() }),
  sms_out: z.looseObject({ ...text, phone: z.string() }),
  geolocation: z.looseObject({ ...text, address: z.string(), longitude: z.string(), latitude: z.string() }),
  attachment: z.looseObject({ file_uuid: z.string(), version_uuid: z.string(), file_name: z.string() }),
  message_cashier: z.looseObject({ ...text, status: z.string() }),
};

const noteBody = z.object({
  ...stamps,
  entity_id: int,
  note_type: z.enum(Object.keys(params)),
  params: z.looseObject({}),
  is_need_to_trigger_digital_pipeline: z.boolean().optional(),
});

const patchBody = z.object({ id: int.optional(), params: z.looseObject({}) });

/**
 * Notes of leads, contacts or companies. There is no `/api/v4/notes`: the
 * entity type is part of the path (Kommo, "Notes").
 */
export function noteRoutes(app: FastifyInstance, account: Account, owner: Owner): void {
  const own = () => [...account.notes.values()].filter((note) => note.owner === owner);
  const existing = (id: number): Note => {
    const note = account.notes.get(id);
    if (note?.owner !== owner) throw new Problem(404, 'Entity not found');
    return note;
  };

  app.get(`/${owner}/notes`, (request, reply) => {
    const query = parseQuery(request.url);
    const show = (note: Note) => noteView(account, note, apiBase(request));
    return sendPage(request, reply, query, { name: 'notes', rows: selectNotes(own(), query), show });
  });

  app.get<{ Params: { id: string } }>(`/${owner}/:id(^\\d+$)/notes`, (request, reply) => {
    const query = parseQuery(request.url);
    const rows = own().filter((note) => note.entity_id === Number(request.params.id));
    const show = (note: Note) => noteView(account, note, apiBase(request));
    return sendPage(request, reply, query, { name: 'notes', rows: selectNotes(rows, query), show });
  });

  const single = [`/${owner}/notes/:note(^\\d+$)`, `/${owner}/:id(^\\d+$)/notes/:note(^\\d+$)`];
  for (const path of single) {
    app.get<{ Params: { note: string } }>(path, (request, reply) => {
      const note = account.notes.get(Number(request.params.note));
      if (note?.owner !== owner) return nothing(reply);
      return hal(reply, noteView(account, note, apiBase(request)));
    });
  }

  app.post(`/${owner}/notes`, (request, reply) => {
    const items = readList(noteBody, request.body, (item) => [
      ...(isThere(account, owner, item.entity_id) ? [] : [notSupportedChoice('entity_id')]),
      ...complaintsAbout(params[item.note_type] ?? z.unknown(), item.params, 'params'),
    ]);
    const base = apiBase(request);
    const notes = account.act(request.actor, (act) =>
      items.map(({ item, request_id }) => {
        const { id, entity_id } = addNote(account, act, owner, item);
        return { id, entity_id, request_id, ...self(`${base}/${owner}/${entity_id}/notes/${id}`) };
      }),
    );
    return hal(reply, { ...self(origin(request) + request.url), _embedded: { notes } });
  });

  app.patch<{ Params: { note: string } }>(`/${owner}/notes/:note(^\\d+$)`, (request, reply) => {
    const note = existing(Number(request.params.note));
    const item = readOne(patchBody, request.body);
    account.act(request.actor, (act) => changeNote(act, note, item.params));
    const { id, entity_id, updated_at } = note;
    return hal(reply, { id, entity_id, updated_at, ...self(`${apiBase(request)}/${owner}/${entity_id}/notes/${id}`) });
  });
}

function selectNotes(notes: Note[], query: Query): Note[] {
  const ids = numbers(query.all('filter', 'id'));
  const entities = numbers(query.all('filter', 'entity_id'));
  const types = query.all('filter', 'note_type').flatMap((types) => types.split(','));
  const updated = query.range('filter', 'updated_at');
  const rows = notes.filter(
    (note) =>
      (ids.length === 0 || ids.includes(note.id)) &&
      (entities.length === 0 || entities.includes(note.entity_id)) &&
      (types.length === 0 || types.includes(note.note_type)) &&
      (!updated || (note.updated_at >= updated.from && note.updated_at <= updated.to)),
  );
  return ordered(rows, query);
}
