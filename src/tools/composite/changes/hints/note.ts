import type { Kept } from '../kept.ts';
import { changesIn, latestContacts, readNotes, reportOf } from '../sources/notes.ts';
import { isReportedDeleted, type LookAt } from './look.ts';

/** Reads all notes of the contact, by which later looks notice what webhooks do not announce. */
export const lookAtNote: LookAt = async ({ id, contactId, types }, { since, context, once, onUnknown }) => {
  if (contactId === undefined) {
    onUnknown('note');
    return undefined;
  }
  const notes = await once(`notes ${contactId}`, () => readNotes(contactId, context));
  // The contact was deleted with them.
  if (!notes) return undefined;
  return (kept: Kept, room) => {
    const { contacts, ...others } = kept.notes ?? { since, contacts: {} };
    const before = contacts[contactId];
    const found = changesIn(notes, before, others.since, contactId, { id, isDeleted: types.has('NoteDelete') });
    const changes = found.changes.filter(
      (change) => !(change.row.change === 'deleted' && isReportedDeleted(kept, change.id)),
    );
    const report = reportOf({ ...found, changes }, before, room);
    return {
      key: 'changedNotes',
      rows: report.rows,
      kept: { ...kept, notes: { ...others, contacts: latestContacts(contacts, { [contactId]: report.kept }) } },
      isCut: report.isCut,
    };
  };
};
