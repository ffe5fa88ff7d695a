import type { Entry } from '../../../api/write/journal/entry.ts';
import { isEmpty, isRecord, type Json, listIn, recordIn, rowsIn, textIn } from '../../../lib/json.ts';
import { fieldsOf, isList } from './fields.ts';
import { type RecordKind, ruleOf } from './rules.ts';

/** A record by the id that it had when it was changed; it may have been deleted and created again since. */
export interface RecordRef {
  readonly kind: RecordKind;
  readonly contactId: string;
  /** Of a contact the same. */
  readonly id: string;
  readonly contactName?: string | undefined;
}

/** What an entry of the journal did to one record. `before` is undefined where it is not known. */
export type Effect =
  | { readonly type: 'added'; readonly record: RecordRef; readonly after: Json }
  | { readonly type: 'set'; readonly record: RecordRef; readonly before: Json | undefined; readonly after: Json }
  | { readonly type: 'deleted'; readonly record: RecordRef; readonly before: Json | undefined; readonly parts: Parts }
  | { readonly type: 'enrolment'; readonly record: RecordRef; readonly membership: Json };

/** What was deleted with a contact. */
export interface Parts {
  readonly notes: readonly Json[];
  readonly tasks: readonly Json[];
  /** Names of the lists that could not be read. */
  readonly unknown: readonly string[];
}

const NO_PARTS: Parts = { notes: [], tasks: [], unknown: [] };

/** What a write that was done changed. */
export function effectsOf(entry: Entry): Effect[] {
  const rule = ruleOf(entry.tool);
  if (entry.outcome !== 'done' || !rule) return [];
  if (entry.contacts)
    return entry.contacts.map(({ contactId, contactName, before, after }) => ({
      type: 'set',
      record: { kind: 'contact', contactId, id: contactId, contactName },
      before: isRecord(before) ? before : undefined,
      after: isRecord(after) ? after : {},
    }));
  const record = recordOf(entry, 'record' in rule ? rule.record : 'contact');
  if (!record) return [];
  const { before, after } = entry;
  if (!('record' in rule)) return [{ type: 'enrolment', record, membership: isRecord(after) ? after : {} }];
  if (before === null && isRecord(after) && after.id === record.id) return [{ type: 'added', record, after }];
  const old = isRecord(before) ? before : undefined;
  if (after === null) return [deletion(record, old)];
  return [{ type: 'set', record, before: old, after: isRecord(after) ? after : {} }];
}

function recordOf({ contactId, contactName, sent, after }: Entry, kind: RecordKind): RecordRef | undefined {
  const id =
    kind === 'contact' ? contactId : (textIn(sent, `${kind}Id`) ?? (isRecord(after) ? textIn(after, 'id') : undefined));
  return contactId === undefined || id === undefined ? undefined : { kind, contactId, id, contactName };
}

function deletion(record: RecordRef, before: Json | undefined): Effect {
  if (record.kind !== 'contact' || !before) return { type: 'deleted', record, before, parts: NO_PARTS };
  const unknown = ['notes', 'tasks'].filter((key) => !Array.isArray(before[key]));
  // Lists give the newest first; created in this order, the copies have the order of the originals.
  const parts = { notes: rowsIn(before, 'notes').reverse(), tasks: rowsIn(before, 'tasks'), unknown };
  return { type: 'deleted', record, before: recordIn(before, 'contact'), parts };
}

/** Requests that it takes to undo all of an effect; 0 if it changed nothing. */
export function writesOf(effect: Effect): number {
  if (effect.type === 'deleted' && effect.before) {
    const { before, parts, record } = effect;
    if (record.kind !== 'contact') return 1;
    const links = [before.followers, before.businessId].filter((value) => !isEmpty(value)).length;
    return 1 + links + parts.notes.length + parts.tasks.length;
  }
  if (effect.type !== 'set' || effect.record.kind !== 'contact') return 1;
  const { before = {}, after } = effect;
  const fields = [...fieldsOf(before).keys(), ...fieldsOf(after).keys()];
  const lists = [...new Set(fields)].filter(isList);
  const changes = lists.flatMap((field) => Object.values(listChange(field, before, after)));
  const plain = fields.some((field) => !isList(field) && field !== 'businessId');
  return changes.filter((items) => items.length > 0).length + (plain ? 1 : 0) + (fields.includes('businessId') ? 1 : 0);
}

/** What a change added to, and removed from, a list of the contact. */
export function listChange(field: string, before: Json, after: Json) {
  const [old, stored] = [listIn(before, field), listIn(after, field)];
  return {
    added: stored.filter((item) => !old.includes(item)),
    removed: old.filter((item) => !stored.includes(item)),
  };
}
