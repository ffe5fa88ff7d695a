import { recordIn, rowsIn, textIn } from '../../../lib/json.ts';
import { isDeleted } from '../../deleted-rows.ts';
import type { ChangeStrategy, Endpoint, ReconcileStrategy, RecordKind, RemovedRecord } from '../../endpoint.ts';
import { countListed, matchFields } from '../compare.ts';
import { changesList, createsRecord, deletesRecord, endsEnrolment, enrols, updatesRecord } from './changes.ts';
import { ageOf, done, NOT_DONE, unknown, unobservable } from './evidence.ts';

export const findNewNote = (listNotes: Endpoint): ReconcileStrategy => ({
  description:
    "looks for a new note with this text among the contact's notes, by the list read before where there is one, else by their times",
  change: createsRecord('note'),
  createsRecord: true,
  snapshotBefore: async ({ sent: { contactId }, recentIds }) => [recentIds(listNotes, { contactId })],
  async check(context) {
    const { contactId, ...fields } = context.sent;
    const stored = rowsIn(await context.read(listNotes, { contactId }), 'notes');
    const notes = stored.map((note) => ({
      note,
      age: ageOf(note, context, context.snapshot?.[0]),
      match: matchFields(fields, note),
    }));
    const fresh = notes.filter(({ age }) => age === 'new');
    const created = fresh.find(({ match }) => match === 'match');
    if (created) return done({ note: created.note });
    const similar = notes.find(({ age, match }) => age === 'unknown' && match !== 'mismatch');
    if (similar)
      return unknown(
        `Note ${textIn(similar.note, 'id')} is similar: it may be the new note, or an older one. list_contact_notes shows it.`,
      );
    return fresh.length === 0 ? NOT_DONE : unknown('list_contact_notes shows it.');
  },
});

/** Tasks carry no time, so they are listed before the write unless that was done within the last minute. */
export const findNewTask = (listTasks: Endpoint): ReconcileStrategy => ({
  description: "compares the contact's tasks before and after: tasks carry no time of their own",
  change: createsRecord('task'),
  createsRecord: true,
  async snapshotBefore({ sent: { contactId }, read, recentIds }) {
    const ids = recentIds(listTasks, { contactId });
    if (ids) return [ids];
    const data = await read(listTasks, { contactId });
    return [data && new Set(rowsIn(data, 'tasks').map(({ id }) => id))];
  },
  async check(context) {
    const { contactId, ...fields } = context.sent;
    const before = context.snapshot?.[0];
    const tasks = rowsIn(await context.read(listTasks, { contactId }), 'tasks');
    const fresh = tasks.filter(({ id }) => !context.isKnown(id) && !before?.has(id));
    const created = fresh.find((task) => matchFields(fields, task) === 'match');
    if (!created)
      return fresh.length === 0 || before === undefined ? NOT_DONE : unknown('list_contact_tasks shows it.');
    if (before) return done({ task: created });
    return unknown(
      `Task ${textIn(created, 'id')} is similar: it may be the new task, or an older one. list_contact_tasks shows it.`,
    );
  },
});

export const recordMatchesFields = (getRecord: Endpoint, kind: Exclude<RecordKind, 'contact'>): ReconcileStrategy => ({
  description: `reads the ${kind} and compares the fields sent`,
  change: updatesRecord(getRecord, kind),
  async check({ sent, read }) {
    const { contactId, [`${kind}Id`]: id, ...fields } = sent;
    const record = recordIn(await read(getRecord, { contactId, [`${kind}Id`]: id }), kind);
    const match = record ? matchFields(fields, record) : 'mismatch';
    if (match === 'mismatch') return NOT_DONE;
    return match === 'match' ? done({ [kind]: record }) : unknown(`${getRecord.name} shows it.`);
  },
});

export const recordIsDeleted = (removes: RemovedRecord): ReconcileStrategy => ({
  description: `reads the ${removes.kind}, which must be missing`,
  change: deletesRecord(removes),
  async check({ sent, read }) {
    const record = recordIn(await read(removes.read, sent), removes.kind);
    return record && !isDeleted(record) ? NOT_DONE : done({ succeded: true });
  },
});

/** `present`: whether the contact must have the tags or followers that were sent, or lack them. */
export const contactLists = (getContact: Endpoint, key: 'tags' | 'followers', present: boolean): ReconcileStrategy => ({
  description: `reads the contact's ${key}`,
  change: changesList(getContact, key),
  async check({ sent, read }) {
    const contact = recordIn(await read(getContact, { contactId: sent.contactId }), 'contact');
    if (!contact) return NOT_DONE;
    const { right, of } = countListed(key, present, contact, sent);
    if (right === of) return done({ [key]: contact[key] ?? [] });
    if (right === 0) return NOT_DONE;
    return unknown(`The contact ${present ? 'has' : 'lacks'} ${right} of these ${of} ${key}: get_contact shows which.`);
  },
});

const notObservable = (change: ChangeStrategy): ReconcileStrategy => ({
  change,
  description: 'unknown: no endpoint shows it',
  check: async () => unobservable("Only the contact's page in HighLevel shows it; no tool does."),
});

/** Campaigns and workflows: no endpoint shows who is enrolled. */
export const enrolmentBegins = notObservable(enrols);
export const enrolmentEnds = notObservable(endsEnrolment);
