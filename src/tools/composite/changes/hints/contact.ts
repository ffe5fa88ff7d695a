import { isMissing } from '../../../../api/errors.ts';
import { recordIn } from '../../../../lib/json.ts';
import { epochMs } from '../../../../lib/time.ts';
import { getContact } from '../../../contacts.ts';
import { changedAt } from '../contact-changes.ts';
import type { Kept } from '../kept.ts';
import { contactRow, tasksOf } from '../sources/contacts.ts';
import type { Hint } from './hints.ts';
import { isReportedDeleted, type LookAt, type LookScope, reportRow } from './look.ts';

const read = ({ id }: Hint, { context: { call } }: LookScope) =>
  call(getContact, { contactId: id }, 'bulk', { fresh: true }).then(
    (answer) => recordIn(answer, 'contact'),
    (error: unknown) => {
      if (isMissing(error)) return undefined;
      throw error;
    },
  );

const without = (ids: ReadonlySet<string>, id: string): ReadonlySet<string> =>
  ids.has(id) ? new Set([...ids].filter((each) => each !== id)) : ids;

/** What is kept once a deletion is reported: the next sweep must not report it again. */
function withoutContact(kept: Kept, id: string): Kept {
  const { known, sweep, missing } = kept.deleted ?? {};
  return {
    ...kept,
    deleted: kept.deleted && {
      known: known && without(known, id),
      sweep: sweep && { ...sweep, seen: without(sweep.seen, id) },
      missing: missing && without(missing, id),
    },
  };
}

export const lookAtContact: LookAt = async (hint, scope) => {
  const { id, types, announced } = hint;
  // The search has given what is older.
  if (!types.has('ContactDelete') && announced < scope.searchedTo) return undefined;
  const raw = await read(hint, scope);
  if (!raw)
    return (kept, room) => {
      const isNews =
        !isReportedDeleted(kept, id) && (types.has('ContactDelete') || kept.deleted?.known?.has(id) === true);
      const row = isNews ? { id, change: 'deleted' } : undefined;
      return reportRow('deletedContacts', row, kept, withoutContact(kept, id), room);
    };
  const tasks = scope.withTasks ? await tasksOf(id, scope.context) : {};
  return (kept, room) => {
    const { delivered } = kept.contacts;
    const [at, reported] = [changedAt(raw), delivered[id]];
    const isNews = at >= scope.searchedTo && (reported === undefined || at > reported);
    const change = reported === undefined && epochMs(raw.dateAdded) >= scope.searchedTo ? 'created' : 'updated';
    const row = isNews ? { ...contactRow({ id, raw, change }, scope.fields), ...tasks } : undefined;
    const contacts = isNews ? { ...kept.contacts, delivered: { ...delivered, [id]: at } } : kept.contacts;
    return reportRow('contacts', row, kept, { ...kept, contacts }, room);
  };
};
