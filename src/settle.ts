import type { Json } from './endpoint.ts';
import { asE164, isE164 } from './phone.ts';
import { rowsIn } from './rows.ts';
import { type Answer, agreement } from './same.ts';

/** What a settlement may look at after a write got no answer it can trust. */
export interface Look {
  /** Arguments of the write as they were sent. */
  readonly sent: Json;
  /**
   * Epoch ms by HighLevel's clock when the write began, with room for a clock that ticks in seconds. To be asked for
   * after a read: before the first answer nobody knows that clock.
   */
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
  /** True where the write makes something new each time it is done. */
  readonly makes?: true;
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
const madeSince = (row: Json, { since, known }: Look) => Date.parse(String(row.dateAdded)) >= since && !known(row.id);

/** Who has the email or the phone that was sent; `missing` where one of them surely belongs to nobody. */
async function holders({ sent, read }: Look): Promise<{ found: Json[]; missing: boolean }> {
  const { email, phone } = sent;
  const number = asE164(phone);
  const keys = [
    ...(email ? [{ ask: { email }, sure: true }] : []),
    ...(phone ? [{ ask: { number }, sure: isE164(number) && String(phone).trim().startsWith('+') }] : []),
  ];
  const found: Json[] = [];
  for (const { ask, sure } of keys) {
    const contact = part(await read('find_duplicate_contact', ask), 'contact');
    if (!contact && sure) return { found: [], missing: true };
    if (contact && found.every(({ id }) => id !== contact.id)) found.push(contact);
  }
  return { found, missing: false };
}

const contactCreated: Settlement = {
  how: 'looks for a new contact with its email or phone; one without either is searched by name, and unknown unless found',
  makes: true,
  async look(look) {
    const { found, missing } = await holders(look);
    if (missing) return NOT_DONE;
    const contact = found.find((each) => madeSince(each, look));
    if (contact) return done({ contact });
    return newestLike(
      look,
      found.length > 0
        ? 'An older contact has this email or phone; if duplicates are allowed there may be a second one. '
        : '',
    );
  },
};

/** ms by which the search reaches further back than it must: clocks differ, and the rows are looked at once more. */
const SEARCH_SLACK_MS = 3_600_000;

/** The index trails writes, so that finding nothing proves nothing. */
async function newestLike(look: Look, why: string): Promise<Verdict> {
  const { email } = look.sent;
  const gte = new Date(look.since - SEARCH_SLACK_MS).toISOString();
  const filters = [
    ...(email ? [{ field: 'email', operator: 'eq', value: email }] : []),
    { field: 'dateAdded', operator: 'range', value: { gte } },
  ];
  const found = rowsIn(await look.read('search_contacts', { filters, pageLimit: 100 }), 'contacts').filter(
    (row) => madeSince(row, look) && nameOf(row) === nameOf(look.sent),
  );
  const [only] = found;
  if (found.length !== 1 || !only)
    return unknown(`${why}search_contacts tells in a minute or two (newest first: sort dateAdded desc).`);
  return done((await look.read('get_contact', { contactId: only.id })) ?? { contact: only });
}

/** A whole name counts where neither of its parts is given. */
const nameOf = ({ firstName, lastName, name }: Json) =>
  (firstName || lastName ? [firstName, lastName].filter(Boolean).join(' ') : String(name ?? ''))
    .replace(/\s+/g, ' ')
    .trim()
    .toLowerCase();

/** Whether a contact holds the fields sent; what cannot be compared was not written while nobody wrote to it. */
function contactAgrees(fields: Json, contact: Json, { since }: Look): Answer {
  const agrees = agreement(fields, contact);
  return agrees === '?' && Date.parse(String(contact.dateUpdated)) < since ? 'no' : agrees;
}

const contactUpserted: Settlement = {
  how: 'looks the contact up by its email and its phone and compares the fields sent',
  async look(look) {
    const { email, createNewIfDuplicateAllowed: anew, ...fields } = look.sent;
    const { found, missing } = await holders(look);
    if (missing) return NOT_DONE;
    const fresh = found.find((contact) => madeSince(contact, look));
    if (fresh) return done({ new: true, contact: fresh });
    if (anew === true) return newestLike(look, 'Somebody older has this email or phone. ');
    const answers = found.map((contact) => contactAgrees(fields, contact, look));
    const contact = found[answers.indexOf('yes')];
    if (contact) return done({ new: false, contact });
    if (found.length > 0 && answers.every((answer) => answer === 'no')) return NOT_DONE;
    return unknown(
      email
        ? 'find_duplicate_contact tells.'
        : 'find_duplicate_contact tells, with the phone in the form +15125550100.',
    );
  },
};

const contactHolds: Settlement = {
  how: 'reads the contact and compares the fields sent',
  async look(look) {
    const { contactId, ...fields } = look.sent;
    const contact = part(await look.read('get_contact', { contactId }), 'contact');
    const agrees = contact ? contactAgrees(fields, contact, look) : 'no';
    if (agrees === '?') return unknown('get_contact tells.');
    return agrees === 'yes' ? done({ succeded: true, contact }) : NOT_DONE;
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
  makes: true,
  async look(look) {
    const { contactId, ...fields } = look.sent;
    const fresh = rowsIn(await look.read('list_contact_notes', { contactId }), 'notes').filter((note) =>
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
  makes: true,
  async before({ sent: { contactId }, read }) {
    const data = await read('list_contact_tasks', { contactId });
    return data && { ids: idsOf(rowsIn(data, 'tasks')) };
  },
  async look(look) {
    const { contactId, ...fields } = look.sent;
    const old = look.before?.ids as unknown[] | undefined;
    const tasks = rowsIn(await look.read('list_contact_tasks', { contactId }), 'tasks');
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
  data: (sent: Json, there: unknown[]) => Json,
): Settlement => ({
  how: `reads each contact, up to ${BULK_LOOKS}; unknown beyond that`,
  async look({ sent, read }) {
    const all = ids(sent);
    if (all.length > BULK_LOOKS)
      return unknown('get_contact tells for each contact, search_contacts in a minute or two for all.');
    const contacts = await Promise.all(
      all.map(async (contactId) => part(await read('get_contact', { contactId }), 'contact')),
    );
    const there = contacts.filter((contact) => contact !== undefined);
    const right = there.filter((contact) => holds(contact, sent)).length;
    if (right === 0) return NOT_DONE;
    return right === there.length
      ? done(
          data(
            sent,
            all.filter((_, at) => contacts[at]),
          ),
        )
      : unknown(`It holds for ${right} of ${there.length} contacts: get_contact tells for each.`);
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
  contactHolds,
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
    ({ contacts }, there) => ({
      succeded: true,
      responses: (contacts as unknown[])
        .filter((contactId) => !there.includes(contactId))
        .map((contactId) => ({ contactId, message: 'contact not found', type: 'error' })),
    }),
  ),
  contactsAssigned: bulk(
    (sent) => sent.ids as unknown[],
    (contact, sent) => (contact.businessId ?? null) === (sent.businessId ?? null),
    (_, there) => ({ success: true, ids: there }),
  ),
  unseen: {
    how: 'unknown: no endpoint shows it',
    look: async () => unknown("Only the contact's page in HighLevel tells; no tool does."),
  },
} as const satisfies Record<string, Settlement>;
