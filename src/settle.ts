import type { Json } from './endpoint.ts';
import { agreement } from './same.ts';

/** What a settlement may look at after a write got no answer it can trust. */
export interface Look {
  /** Arguments of the write as they were sent. */
  readonly sent: Json;
  /** Epoch ms by HighLevel's clock when the write began, with room for a clock that ticks in seconds. */
  readonly since: number;
  /** What `before` saw, where the settlement has one and it could be read. */
  readonly before?: Json | undefined;
  /** Ids this server is known to have made before: never taken for the write in doubt. */
  readonly known: (id: unknown) => boolean;
  /** Reads through an endpoint by its tool's name; undefined where HighLevel says that there is no such thing. */
  readonly read: (tool: string, args: Json) => Promise<Json | undefined>;
}

/** Done, with the answer HighLevel would have given; not done; or not to be known, with what does tell. */
export type Verdict =
  | { readonly done: true; readonly data: Json }
  | { readonly done: false }
  | { readonly done: undefined; readonly tell: string };

/** How a write in doubt is settled: by looking, never by repeating. */
export interface Settlement {
  /** For the documentation. */
  readonly how: string;
  /** Read before the write, where the thing itself carries no time. */
  readonly before?: (look: Pick<Look, 'sent' | 'read'>) => Promise<Json | undefined>;
  readonly look: (look: Look) => Promise<Verdict>;
}

const unknown = (tell: string): Verdict => ({ done: undefined, tell });
const NOT_DONE: Verdict = { done: false };
const done = (data: Json): Verdict => ({ done: true, data });

const part = (data: Json | undefined, key: string): Json | undefined => {
  const value = data?.[key];
  return typeof value === 'object' && value !== null ? (value as Json) : undefined;
};
const list = (data: Json | undefined, key: string): Json[] => (Array.isArray(data?.[key]) ? (data[key] as Json[]) : []);
const madeSince = (row: Json, { since, known }: Look) => Date.parse(String(row.dateAdded)) >= since && !known(row.id);

/** A phone the duplicate lookup finds for certain; other spellings are known to miss. */
const E164 = /^\+\d{8,15}$/;

const contactCreated: Settlement = {
  how: 'looks for a new contact with its email or phone; one without either is searched by name, and unknown unless found',
  async look(look) {
    const { email, phone } = look.sent;
    const keys = [
      ...(email ? [{ ask: { email }, sure: true }] : []),
      ...(phone ? [{ ask: { number: phone }, sure: E164.test(String(phone)) }] : []),
    ];
    let older = false;
    for (const { ask, sure } of keys) {
      const contact = part(await look.read('find_duplicate_contact', ask), 'contact');
      if (contact && madeSince(contact, look)) return done({ contact });
      if (!contact && sure) return NOT_DONE;
      older ||= contact !== undefined;
    }
    return newestLike(
      look,
      older ? 'An older contact has this email or phone; if duplicates are allowed there may be a second one. ' : '',
    );
  },
};

/** The index trails writes, so that finding nothing proves nothing. */
async function newestLike(look: Look, why: string): Promise<Verdict> {
  const { email, firstName, lastName, name } = look.sent;
  const named = String(name ?? [firstName, lastName].filter(Boolean).join(' '));
  const filters = [
    ...(email ? [{ field: 'email', operator: 'eq', value: email }] : []),
    { field: 'dateAdded', operator: 'range', value: { gte: new Date(look.since).toISOString() } },
  ];
  const found = list(await look.read('search_contacts', { filters, pageLimit: 100 }), 'contacts').filter(
    (row) => madeSince(row, look) && nameOf(row) === named.trim().toLowerCase(),
  );
  const [only] = found;
  if (found.length !== 1 || !only)
    return unknown(`${why}search_contacts tells in a minute or two (newest first: sort dateAdded desc).`);
  return done((await look.read('get_contact', { contactId: only.id })) ?? { contact: only });
}

const nameOf = ({ firstName, lastName }: Json) => [firstName, lastName].filter(Boolean).join(' ').toLowerCase();

const contactUpserted: Settlement = {
  how: 'looks the contact up by its email or phone and compares the fields sent',
  async look(look) {
    if (look.sent.createNewIfDuplicateAllowed === true) return contactCreated.look(look);
    const { email, phone, createNewIfDuplicateAllowed: _, ...fields } = look.sent;
    const contact = part(await look.read('find_duplicate_contact', email ? { email } : { number: phone }), 'contact');
    if (!contact)
      return email || E164.test(String(phone))
        ? NOT_DONE
        : unknown('find_duplicate_contact tells, with the phone in the form +15125550100.');
    if (madeSince(contact, look)) return done({ new: true, contact });
    return agreement(fields, contact) === 'no' ? NOT_DONE : done({ new: false, contact });
  },
};

/** A thing of one contact, read by id and held against what was sent. */
const holds = (tool: string, key: string): Settlement => ({
  how: `reads the ${key} and compares the fields sent`,
  async look({ sent, read }) {
    const { contactId, taskId, noteId, ...fields } = sent;
    const stored = part(
      await read(tool, { contactId, ...(taskId ? { taskId } : {}), ...(noteId ? { noteId } : {}) }),
      key,
    );
    const agrees = stored ? agreement(fields, stored) : 'no';
    if (agrees === 'no') return NOT_DONE;
    return agrees === 'yes' ? done({ [key]: stored }) : unknown(`${tool} tells.`);
  },
});

const gone = (tool: string, key: string): Settlement => ({
  how: `reads the ${key}, which is to be missing`,
  look: async ({ sent, read }) => (part(await read(tool, sent), key) ? NOT_DONE : done({ succeded: true })),
});

const noteListed: Settlement = {
  how: "looks for a new note with this text among the contact's notes",
  async look(look) {
    const { contactId, ...fields } = look.sent;
    const fresh = list(await look.read('list_contact_notes', { contactId }), 'notes').filter((note) =>
      madeSince(note, look),
    );
    const note = fresh.find((each) => agreement(fields, each) === 'yes');
    if (note) return done({ note });
    return fresh.length === 0 ? NOT_DONE : unknown('list_contact_notes tells.');
  },
};

const idsOf = (rows: readonly Json[]) => rows.map((row) => row.id);

const taskListed: Settlement = {
  how: "compares the contact's tasks before and after: tasks carry no time of their own",
  async before({ sent: { contactId }, read }) {
    const data = await read('list_contact_tasks', { contactId });
    return data && { ids: idsOf(list(data, 'tasks')) };
  },
  async look(look) {
    const { contactId, ...fields } = look.sent;
    const old = look.before?.ids as unknown[] | undefined;
    const tasks = list(await look.read('list_contact_tasks', { contactId }), 'tasks');
    const fresh = tasks.filter((task) => !look.known(task.id) && !old?.includes(task.id));
    const task = fresh.find((each) => agreement(fields, each) === 'yes');
    if (!task) return fresh.length === 0 || old === undefined ? NOT_DONE : unknown('list_contact_tasks tells.');
    return old
      ? done({ task })
      : unknown(`Task ${String(task.id)} is like it and may be it, or older: list_contact_tasks tells.`);
  },
};

const lower = (values: unknown) => (Array.isArray(values) ? values.map((value) => String(value).toLowerCase()) : []);

/** A list on the contact (tags, followers) that is to have, or to lack, what was sent. */
const listed = (key: 'tags' | 'followers', wanted: boolean): Settlement => ({
  how: `reads the contact's ${key}`,
  async look({ sent, read }) {
    const contact = part(await read('get_contact', { contactId: sent.contactId }), 'contact');
    const present = lower(contact?.[key]);
    const asWanted = contact && lower(sent[key]).every((value) => present.includes(value) === wanted);
    return asWanted ? done({ [key]: contact[key] ?? [] }) : NOT_DONE;
  },
});

/** Contacts of a bulk write that are read one by one to settle it. */
const BULK_LOOKS = 20;

const bulk = (
  ids: (sent: Json) => unknown[],
  holds: (contact: Json, sent: Json) => boolean,
  data: (sent: Json) => Json,
): Settlement => ({
  how: `reads each contact, up to ${BULK_LOOKS}; unknown beyond that`,
  async look({ sent, read }) {
    const all = ids(sent);
    if (all.length > BULK_LOOKS)
      return unknown('get_contact tells for each contact, search_contacts in a minute or two for all.');
    const contacts = await Promise.all(
      all.map(async (contactId) => part(await read('get_contact', { contactId }), 'contact')),
    );
    const right = contacts.filter((contact) => contact && holds(contact, sent)).length;
    if (right === all.length) return done(data(sent));
    return right === 0
      ? NOT_DONE
      : unknown(`It holds for ${right} of ${all.length} contacts: get_contact tells for each.`);
  },
});

const tagsAsWanted = (contact: Json, sent: Json) => {
  const present = lower(contact.tags);
  if (sent.removeAllTags === true) return present.length === 0;
  return lower(sent.tags).every((tag) => present.includes(tag) === (sent.type === 'add'));
};

export const settle = {
  contactCreated,
  contactUpserted,
  contactHolds: holds('get_contact', 'contact'),
  contactGone: gone('get_contact', 'contact'),
  taskListed,
  taskHolds: holds('get_contact_task', 'task'),
  taskGone: gone('get_contact_task', 'task'),
  noteListed,
  noteHolds: holds('get_contact_note', 'note'),
  noteGone: gone('get_contact_note', 'note'),
  tagsAdded: listed('tags', true),
  tagsRemoved: listed('tags', false),
  followersAdded: listed('followers', true),
  followersRemoved: listed('followers', false),
  contactsTagged: bulk(
    (sent) => sent.contacts as unknown[],
    tagsAsWanted,
    () => ({ succeded: true, errorCount: 0, responses: [] }),
  ),
  contactsAssigned: bulk(
    (sent) => sent.ids as unknown[],
    (contact, sent) => (contact.businessId ?? null) === sent.businessId,
    (sent) => ({ success: true, ids: sent.ids }),
  ),
  unseen: {
    how: 'unknown: no endpoint shows it',
    look: async () => unknown("Only the contact's page in HighLevel tells; no tool does."),
  },
} as const satisfies Record<string, Settlement>;
