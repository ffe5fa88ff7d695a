import { type Json, rowsIn } from '../../lib/json.ts';
import { parsePhone, toE164 } from '../../lib/phone.ts';
import { isDeleted } from '../deleted-rows.ts';
import { countListed, listMatches, type Match, matchFields } from './compare.ts';
import { lacksEmailOrPhone, mayBeSameContact } from './contact-identity.ts';
import type { ReconcileContext, ReconcileResult, ReconcileStrategy, SnapshotContext } from './settlement.ts';

const unknown = (tell: string): ReconcileResult => ({ happened: undefined, hint: tell });
const NOT_DONE: ReconcileResult = { happened: false };
const done = (data: Json): ReconcileResult => ({ happened: true, data });

const part = (data: Json | undefined, key: string): Json | undefined => {
  const value = data?.[key];
  return typeof value === 'object' && value !== null ? (value as Json) : undefined;
};
/** ms by which the clock in an answer's head, which the network edge sets, may differ from that in the records. */
const CLOCKS_DIFFER_MS = 300_000;

/** Ids of before a write: lists may be long, and each row of a later one is held against all of them. */
const idSet = (ids: unknown): ReadonlySet<unknown> | undefined => (Array.isArray(ids) ? new Set(ids) : undefined);

/** Whether a record was made by the write in doubt, as far as ids and times tell. */
type Age = 'new' | 'old' | '?';

/** `before`: ids that were there before the write, where they are at hand; they tell more surely than any clock. */
function ageOf(
  { id, dateAdded }: Json,
  { since, until, isKnown: known }: ReconcileContext,
  before?: ReadonlySet<unknown>,
): Age {
  if (known(id) || before?.has(id)) return 'old';
  if (before) return 'new';
  const at = Date.parse(String(dateAdded));
  if (at >= since && at <= until) return 'new';
  return at < since - CLOCKS_DIFFER_MS ? 'old' : '?';
}

const noCountry = async () => undefined;

/**
 * The lookups by which a contact is found, and whether one that finds nobody is sure: of a phone only where there is no
 * trunk prefix, extension or guessed country in it, of which HighLevel may make another number than this server.
 */
async function lookupsOf({ email, phone }: Json): Promise<{ ask: Json; sure: boolean }[]> {
  const read = phone ? await parsePhone(String(phone), noCountry) : undefined;
  return [
    ...(email ? [{ ask: { email }, sure: true }] : []),
    ...(read ? [{ ask: { number: read.number }, sure: read.certain && read.number === toE164(phone) }] : []),
  ];
}

/** Who had the email and the phone before the write, in the order of the lookups. */
const holdersBefore = async ({ sent, recentIds: earlier }: SnapshotContext): Promise<Json> => ({
  holders: (await lookupsOf(sent)).map(({ ask }) => earlier('find_duplicate_contact', ask)),
});

interface Holder {
  readonly contact: Json;
  /** What of the sent it has, as the settings of a location name it. */
  readonly by: 'email' | 'phone';
  readonly age: Age;
}

/** Who has the email or the phone that was sent; `missing` where one of them surely belongs to nobody, and nobody is new. */
async function holders(look: ReconcileContext): Promise<{ found: Holder[]; missing: boolean }> {
  const before = (look.snapshot?.holders ?? []) as (readonly unknown[] | undefined)[];
  const found: Holder[] = [];
  let missing = false;
  for (const [at, { ask, sure }] of (await lookupsOf(look.sent)).entries()) {
    const contact = part(await look.read('find_duplicate_contact', ask), 'contact');
    if (contact && (lacksEmailOrPhone(contact, 'email', ask.email) || lacksEmailOrPhone(contact, 'phone', ask.number)))
      throw new Error('the lookup was answered with a contact that does not have what was looked for');
    missing ||= !contact && sure;
    if (contact && found.every((each) => each.contact.id !== contact.id))
      found.push({ contact, by: ask.email ? 'email' : 'phone', age: ageOf(contact, look, idSet(before[at])) });
  }
  // HighLevel may have kept the one and left out the other.
  return { found, missing: missing && found.every(({ age }) => age === 'old') };
}

/**
 * Whether the settings of the location say that no second contact is made with what this one has. Without the scope to
 * read them nothing is said.
 */
async function refusesSecond({ by }: Holder, look: ReconcileContext): Promise<boolean> {
  const location = part(await look.read('get_location', {}).catch(() => undefined), 'location');
  const { allowDuplicateContact, contactUniqueIdentifiers: keys } = part(location, 'settings') ?? {};
  return allowDuplicateContact === false && Array.isArray(keys) && keys.includes(by);
}

/** What a contact that was found says of the create in doubt. It proves nothing: a refused create may write all the same. */
async function aboutHolder(holder: Holder, look: ReconcileContext): Promise<string> {
  const id = String(holder.contact.id);
  if (holder.age !== 'old') return `Contact ${id} has this email or phone and may be it, or older. `;
  return (await refusesSecond(holder, look))
    ? `The older contact ${id} has this ${holder.by}, and this location allows no second one: most likely nothing was made, and get_contact shows that contact. `
    : 'An older contact has this email or phone; if duplicates are allowed there may be a second one. ';
}

const contactCreated: ReconcileStrategy = {
  description:
    'looks for a new contact with its email or phone; one without either is searched by name, and unknown unless found',
  createsRecord: true,
  snapshotBefore: holdersBefore,
  async check(look) {
    const { found, missing } = await holders(look);
    if (missing) return NOT_DONE;
    const fresh = found.find(({ age }) => age === 'new');
    if (fresh) return done({ contact: fresh.contact });
    const [holder] = found;
    if (!holder) return newestLike(look, '');
    return newestLike(look, await aboutHolder(holder, look));
  },
  async isOwn(look, existing) {
    const contact = part(await look.read('get_contact', { contactId: existing }), 'contact');
    const tell = `Contact ${existing} has this email or phone and may be it, or older: get_contact tells.`;
    if (!contact) return unknown(tell);
    const age = ageOf(contact, look);
    if (age === 'old' || matchFields(look.sent, contact) === 'mismatch') return NOT_DONE;
    return age === 'new' ? done({ contact }) : unknown(tell);
  },
};

/** ms by which the search reaches further back than it must: clocks differ, and the rows are looked at once more. */
const SEARCH_SLACK_MS = 3_600_000;

/** The index trails writes, so that finding nothing proves nothing. */
async function newestLike(look: ReconcileContext, why: string): Promise<ReconcileResult> {
  const { email } = look.sent;
  const gte = new Date(look.since - SEARCH_SLACK_MS).toISOString();
  const filters = [
    ...(email ? [{ field: 'email', operator: 'eq', value: email }] : []),
    { field: 'dateAdded', operator: 'range', value: { gte } },
  ];
  const found = rowsIn(await look.read('search_contacts', { filters, pageLimit: 100 }), 'contacts').filter(
    (row) => ageOf(row, look) === 'new' && nameOf(row) === nameOf(look.sent),
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

/**
 * Whether a contact holds the fields sent. What cannot be compared was not written while nobody wrote to it; what differs
 * may be kept in another form where somebody has written to it since.
 */
function contactAgrees(fields: Json, contact: Json, { since }: ReconcileContext): Match {
  const agrees = matchFields(fields, contact);
  const updated = Date.parse(String(contact.dateUpdated));
  if (agrees === 'mismatch') return updated >= since ? 'unknown' : 'mismatch';
  return agrees === 'unknown' && updated < since - CLOCKS_DIFFER_MS ? 'mismatch' : agrees;
}

const contactUpserted: ReconcileStrategy = {
  description: 'looks the contact up by its email and its phone and compares the fields sent',
  snapshotBefore: holdersBefore,
  async check(look) {
    const { email, createNewIfDuplicateAllowed: anew, ...fields } = look.sent;
    const { found, missing } = await holders(look);
    if (missing) return NOT_DONE;
    const fresh = found.find(({ age }) => age === 'new');
    if (fresh) return done({ new: true, contact: fresh.contact });
    if (anew === true) return newestLike(look, 'Somebody older has this email or phone. ');
    const answers = found.map(({ contact }) => contactAgrees(fields, contact, look));
    const holder = found[answers.indexOf('match')];
    if (holder) return done({ ...(holder.age === 'old' ? { new: false } : {}), contact: holder.contact });
    // Somebody who does not visibly have what was looked up proves nothing.
    const visible = found.every(({ contact }) => mayBeSameContact(contact, look.sent));
    if (found.length > 0 && visible && answers.every((answer) => answer === 'mismatch')) return NOT_DONE;
    return unknown(
      email
        ? 'find_duplicate_contact tells.'
        : 'find_duplicate_contact tells, with the phone in the form +15125550100.',
    );
  },
};

const contactMatches: ReconcileStrategy = {
  description: 'reads the contact and compares the fields sent',
  async check(look) {
    const { contactId, ...fields } = look.sent;
    const contact = part(await look.read('get_contact', { contactId }), 'contact');
    const agrees = contact ? contactAgrees(fields, contact, look) : 'mismatch';
    if (agrees === 'unknown') return unknown('get_contact tells.');
    return agrees === 'match' ? done({ succeded: true, contact }) : NOT_DONE;
  },
};

/** A thing of one contact, read by id and held against what was sent. */
const recordMatches = (tool: string, key: string): ReconcileStrategy => ({
  description: `reads the ${key} and compares the fields sent`,
  async check({ sent, read }) {
    const { contactId, taskId, noteId, ...fields } = sent;
    const stored = part(
      await read(tool, { contactId, ...(taskId ? { taskId } : {}), ...(noteId ? { noteId } : {}) }),
      key,
    );
    const agrees = stored ? matchFields(fields, stored) : 'mismatch';
    if (agrees === 'mismatch') return NOT_DONE;
    return agrees === 'match' ? done({ [key]: stored }) : unknown(`${tool} tells.`);
  },
});

const recordIsDeleted = (tool: string, key: string): ReconcileStrategy => ({
  description: `reads the ${key}, which is to be missing`,
  async check({ sent, read }) {
    const found = part(await read(tool, sent), key);
    return found && !isDeleted(found) ? NOT_DONE : done({ succeded: true });
  },
});

const noteListed: ReconcileStrategy = {
  description:
    "looks for a new note with this text among the contact's notes, by the list read before where there is one, else by their times",
  createsRecord: true,
  async snapshotBefore({ sent: { contactId }, recentIds: earlier }) {
    const ids = earlier('list_contact_notes', { contactId });
    return ids && { ids };
  },
  async check(look) {
    const { contactId, ...fields } = look.sent;
    const notes = rowsIn(await look.read('list_contact_notes', { contactId }), 'notes');
    const before = idSet(look.snapshot?.ids);
    const aged = notes.map((note) => ({ note, age: ageOf(note, look, before), agrees: matchFields(fields, note) }));
    const fresh = aged.filter(({ age }) => age === 'new');
    const made = fresh.find(({ agrees }) => agrees === 'match');
    if (made) return done({ note: made.note });
    const like = aged.find(({ age, agrees }) => age === '?' && agrees !== 'mismatch');
    if (like)
      return unknown(`Note ${String(like.note.id)} is like it and may be it, or older: list_contact_notes tells.`);
    return fresh.length === 0 ? NOT_DONE : unknown('list_contact_notes tells.');
  },
};

const idsOf = (rows: readonly Json[]) => rows.map((row) => row.id);

const taskListed: ReconcileStrategy = {
  description: "compares the contact's tasks before and after: tasks carry no time of their own",
  createsRecord: true,
  async snapshotBefore({ sent: { contactId }, read, recentIds: earlier }) {
    const ids = earlier('list_contact_tasks', { contactId });
    if (ids) return { ids };
    const data = await read('list_contact_tasks', { contactId });
    return data && { ids: idsOf(rowsIn(data, 'tasks')) };
  },
  async check(look) {
    const { contactId, ...fields } = look.sent;
    const old = idSet(look.snapshot?.ids);
    const tasks = rowsIn(await look.read('list_contact_tasks', { contactId }), 'tasks');
    const fresh = tasks.filter((task) => !look.isKnown(task.id) && !old?.has(task.id));
    const task = fresh.find((each) => matchFields(fields, each) === 'match');
    if (!task) return fresh.length === 0 || old === undefined ? NOT_DONE : unknown('list_contact_tasks tells.');
    return old
      ? done({ task })
      : unknown(`Task ${String(task.id)} is like it and may be it, or older: list_contact_tasks tells.`);
  },
};

/** A list on the contact (tags, followers) that is to have, or to lack, what was sent. */
const listed = (key: 'tags' | 'followers', wanted: boolean): ReconcileStrategy => ({
  description: `reads the contact's ${key}`,
  async check({ sent, read }) {
    const contact = part(await read('get_contact', { contactId: sent.contactId }), 'contact');
    const { right, of } = contact ? countListed(key, wanted, contact, sent) : { right: 0, of: 1 };
    if (contact && right === of) return done({ [key]: contact[key] ?? [] });
    if (right === 0) return NOT_DONE;
    return unknown(`The contact ${wanted ? 'has' : 'lacks'} ${right} of these ${of} ${key}: get_contact tells which.`);
  },
});

/** Contacts of a bulk write that are read one by one to settle it. */
const BULK_LOOKS = 20;

const bulk = (
  ids: (sent: Json) => unknown[],
  holds: (contact: Json, sent: Json) => boolean,
  data: (sent: Json, there: unknown[]) => Json,
): ReconcileStrategy => ({
  description: `reads each contact, up to ${BULK_LOOKS}; unknown beyond that`,
  async check({ sent, read }) {
    const all = ids(sent);
    if (all.length > BULK_LOOKS)
      return {
        happened: undefined,
        notObservable: true,
        hint: 'get_contact tells for each contact, search_contacts in a minute or two for all.',
      };
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
  if (sent.removeAllTags === true) return ((contact.tags as unknown[] | undefined) ?? []).length === 0;
  return listMatches('tags', sent.type === 'add')(contact, sent);
};

export const settle = {
  contactCreated,
  contactUpserted,
  contactMatches,
  contactGone: recordIsDeleted('get_contact', 'contact'),
  taskListed,
  taskHolds: recordMatches('get_contact_task', 'task'),
  taskGone: recordIsDeleted('get_contact_task', 'task'),
  noteListed,
  noteHolds: recordMatches('get_contact_note', 'note'),
  noteGone: recordIsDeleted('get_contact_note', 'note'),
  tagsAdded: listed('tags', true),
  tagsRemoved: listed('tags', false),
  followersAdded: listed('followers', true),
  followersRemoved: listed('followers', false),
  contactsTagged: bulk(
    (sent) => sent.contacts as unknown[],
    tagsAsWanted,
    ({ contacts }, there) => ({
      succeded: true,
      responses: (contacts as unknown[]).map((contactId) =>
        there.includes(contactId)
          ? { contactId, type: 'success' }
          : { contactId, message: 'contact not found', type: 'error' },
      ),
    }),
  ),
  contactsAssigned: bulk(
    (sent) => sent.ids as unknown[],
    (contact, sent) => (contact.businessId ?? null) === (sent.businessId ?? null),
    (_, there) => ({ success: true, ids: there }),
  ),
  unseen: {
    description: 'unknown: no endpoint shows it',
    check: async () => ({
      happened: undefined,
      notObservable: true,
      hint: "Only the contact's page in HighLevel tells; no tool does.",
    }),
  },
} as const satisfies Record<string, ReconcileStrategy>;
