import { isEmpty, isRecord, type Json, listIn, recordIn, rowsIn, textIn } from '../../../lib/json.ts';
import type {
  ChangeFacts,
  ChangeStrategy,
  ContactChange,
  Endpoint,
  RecordChange,
  RecordKind,
  RecordState,
  RemovedRecord,
} from '../../endpoint.ts';
import { changedFields, droppedFields, fieldsOf, storedFields } from '../changed-fields.ts';

/** A change with the names of the fields that the record does not show as sent, if there are any. */
const withDropped = (change: RecordChange, dropped: readonly string[]): RecordChange =>
  dropped.length > 0 ? { ...change, dropped } : change;

/** A new record, of which the answer may show only some fields. */
function createdRecord(kind: RecordKind, { sent, answer }: Omit<ChangeFacts, 'before'>): RecordChange {
  const record = recordIn(answer, kind) ?? {};
  const after = { ...(record.id === undefined ? {} : { id: record.id }), ...storedFields(sent, record) };
  return withDropped({ before: null, after }, droppedFields(sent, record, false));
}

/** An existing record whose fields were set; with `showsAll` a field that is not in the answer is empty. */
function updatedRecord(kind: RecordKind, { sent, before, answer }: ChangeFacts, showsAll = true): RecordChange {
  const record = recordIn(answer, kind);
  const dropped = record ? droppedFields(sent, record, showsAll) : [];
  if (!isRecord(before)) return withDropped({ before: 'unknown', after: storedFields(sent, record ?? {}) }, dropped);
  return withDropped(changedFields(sent, before, record ?? { ...before, ...storedFields(sent, {}) }), dropped);
}

export const createsRecord = (kind: RecordKind): ChangeStrategy => ({
  describe: (facts) => createdRecord(kind, facts),
});

export const updatesRecord = (getRecord: Endpoint, kind: RecordKind): ChangeStrategy => ({
  read: readRecord(getRecord, kind),
  describe: (facts) => updatedRecord(kind, facts),
});

export const deletesRecord = (removes: RemovedRecord): ChangeStrategy => ({
  removes,
  read: readRecord(removes.read, removes.kind),
  describe: ({ before }) => ({ before, after: null }),
});

/** The record with the ids of the request. */
const readRecord =
  (getRecord: Endpoint, kind: RecordKind): NonNullable<ChangeStrategy['read']> =>
  async ({ sent: { contactId, taskId, noteId }, read }) => {
    const ids = { contactId, ...(kind === 'task' ? { taskId } : {}), ...(kind === 'note' ? { noteId } : {}) };
    return recordIn(await read(getRecord, ids), kind) ?? null;
  };

/** An upsert updates the contact that has the email or phone, and creates one if nobody has. */
export const upsertsContact = (findDuplicateContact: Endpoint): ChangeStrategy => ({
  async read({ sent, read }) {
    const [email, number] = [textIn(sent, 'email'), textIn(sent, 'phone')];
    const answer = await read(findDuplicateContact, email === undefined ? { number } : { email });
    return recordIn(answer, 'contact') ?? null;
  },
  describe({ sent, before, answer }) {
    if (answer.new === true) return createdRecord('contact', { sent, answer });
    const isSame = isRecord(before) && before.id === recordIn(answer, 'contact')?.id;
    const facts = { sent, before: isSame ? before : 'unknown', answer } as const;
    // Whether it was created is not known where a read gave the answer.
    return updatedRecord('contact', facts, answer.new === false);
  },
});

/** The tags or followers of a contact, whose whole list the answer has. */
export const changesList = (getContact: Endpoint, key: 'tags' | 'followers'): ChangeStrategy => ({
  read: readRecord(getContact, 'contact'),
  describe: ({ before, answer }) => ({
    before: isRecord(before) ? { [key]: listIn(before, key) } : 'unknown',
    after: { [key]: listIn(answer, key) },
  }),
});

/** Campaigns and workflows, which no read shows: all that is known is what was sent. */
export const enrols: ChangeStrategy = { describe: ({ sent }) => ({ before: null, after: membership(sent) }) };
export const endsEnrolment: ChangeStrategy = {
  describe: ({ sent }) => ({
    before: isEmpty(Object.keys(membership(sent))) ? 'unknown' : membership(sent),
    after: null,
  }),
};
const membership = (sent: Json): Json => Object.fromEntries(fieldsOf(sent).map((name) => [name, sent[name]]));

/** The answer of a bulk change of tags shows the tags that each contact had. */
export const changesTagsOfEach: ChangeStrategy = {
  describe: ({ sent, answer }) => ({
    contacts: rowsIn(answer, 'responses').flatMap((row): ContactChange[] => {
      const contactId = textIn(row, 'contactId');
      return contactId === undefined || row.type === 'error' ? [] : [{ contactId, ...tagsOf(row, sent) }];
    }),
  }),
};

function tagsOf({ oldTags, tagsAdded, tagsRemoved }: Json, sent: Json): RecordChange {
  const [added, removed] = [tagsAdded, tagsRemoved].map((list) => (Array.isArray(list) ? list : []));
  if (!Array.isArray(oldTags) || !added || !removed)
    return { before: 'unknown', after: sent.type === 'add' ? { tags: sent.tags } : 'unknown' };
  const kept = oldTags.filter((tag) => !removed.includes(tag));
  return { before: { tags: oldTags }, after: { tags: [...new Set([...kept, ...added])] } };
}

/** Contacts of one search. */
const MAX_ROWS = 500;

export const changesBusinessOfEach = (searchContacts: Endpoint): ChangeStrategy => ({
  async read({ sent, read }) {
    const filters = [
      { group: 'OR', filters: listIn(sent, 'ids').map((value) => ({ field: 'id', operator: 'eq', value })) },
    ];
    const found = rowsIn(await read(searchContacts, { filters, pageLimit: MAX_ROWS }), 'contacts');
    return Object.fromEntries(found.flatMap((row) => ('businessId' in row ? [[row.id, row.businessId]] : [])));
  },
  describe: ({ sent, before, answer }) => ({
    contacts: listIn(answer, 'ids').flatMap((contactId): ContactChange[] =>
      typeof contactId === 'string'
        ? [{ contactId, before: businessBefore(contactId, before), after: { businessId: sent.businessId ?? null } }]
        : [],
    ),
  }),
});

const businessBefore = (contactId: string, before: RecordState): RecordState =>
  isRecord(before) && Object.hasOwn(before, contactId) ? { businessId: before[contactId] ?? null } : 'unknown';
