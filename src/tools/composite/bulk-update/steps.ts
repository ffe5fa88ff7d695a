import { storedTag, tagsAfter } from '../../../api/contact-fields.ts';
import { isBlank, type Json, listIn, recordIn, rowsIn } from '../../../lib/json.ts';
import { quoteForMessage } from '../../../lib/text.ts';
import { bulkAssignContactBusiness } from '../../businesses.ts';
import { updateContact } from '../../contacts.ts';
import { rowOf } from '../../core/row-shape.ts';
import { differentFields } from '../../core/write-remarks.ts';
import { bulkUpdateContactTags } from '../../tags.ts';
import {
  type FieldChanges,
  type Records,
  type Step,
  type StepChange,
  type StepFailure,
  type StepResult,
  shortValue,
  stepChange,
} from '../bulk-job/bulk-job.ts';
import {
  type CustomValue,
  customFieldArguments,
  customFieldValue,
  fieldsWithValue,
  labelOf,
  sameValue,
} from '../custom-field-values.ts';
import type { Changes, Plan, StepName } from './job.ts';
import { businessField, changesBetween, fieldsToSet } from './job-fields.ts';

type StepPlan = Pick<Plan, 'changes' | 'customFields'>;

interface ContactStep extends Step<StepPlan> {
  readonly isWanted: (changes: Changes) => boolean;
}

const failure = (reason: string, deleted = false): StepFailure => ({ reason, deleted });
const OMITTED = failure('HighLevel left this contact out of its answer: it may have been deleted.');

const tagStep = (type: 'add' | 'remove', key: 'addTags' | 'removeTags'): ContactStep => ({
  isWanted: (changes) => changes[key] !== undefined,
  idsPerCall: 250,
  concurrency: 1,
  async send(ids, { changes }, call, before) {
    const answer = await call(bulkUpdateContactTags, { type, contacts: ids, tags: changes[key] }, 'bulk');
    const byId = new Map(rowsIn(answer, 'responses').map((row) => [row.contactId, row]));
    return (id) => tagResult(byId.get(id), before.get(id), (tags) => withTags(type, tags, changes[key] ?? []));
  },
});

/** Tags after a change. */
function withTags(type: 'add' | 'remove', old: readonly unknown[], given: readonly string[]): unknown[] {
  const tags = new Set(given.map(storedTag));
  return type === 'add' ? [...new Set([...old, ...tags])] : old.filter((tag) => !tags.has(storedTag(tag)));
}

function tagResult(
  row: Json | undefined,
  before: Json | undefined,
  apply: (tags: readonly unknown[]) => unknown[],
): StepResult | StepChange {
  if (!row) return OMITTED;
  if (row.type === 'error')
    return failure(
      `HighLevel says ${quoteForMessage(row.message)}.`,
      /not found|deleted|not a valid/i.test(String(row.message)),
    );
  const lists = [row.tagsAdded, row.tagsRemoved].filter(Array.isArray);
  if (lists.length > 0 && lists.every((list) => list.length === 0)) return 'unchanged';
  const old = [row.oldTags, before?.tags].find(Array.isArray);
  if (!old) return 'changed';
  const tags = tagsAfter(row) ?? apply(old);
  const isSame = lists.length === 0 && tags.length === old.length;
  return isSame ? 'unchanged' : { changes: { tags: { old: shortValue(old), new: shortValue(tags) } } };
}

/** In the order in which they run. */
export const STEPS: Readonly<Record<StepName, ContactStep>> = {
  business: {
    isWanted: ({ businessId, unlinkBusiness }) => businessId !== undefined || unlinkBusiness === true,
    idsPerCall: 50,
    concurrency: 1,
    async send(ids, { changes }, call, before) {
      const { businessId, unlinkBusiness } = changes;
      const details = { before: businessesOf(ids, before) };
      const answer = await call(bulkAssignContactBusiness, { ids, businessId, unlinkBusiness }, 'bulk', details);
      const changed = new Set(listIn(answer, 'ids'));
      const fields = [businessField({ changes })];
      return (id) => (changed.has(id) ? stepChange(changesBetween(before.get(id), { businessId }, fields)) : OMITTED);
    },
  },
  addTags: tagStep('add', 'addTags'),
  removeTags: tagStep('remove', 'removeTags'),
  fields: {
    isWanted: ({ set }) => set !== undefined,
    idsPerCall: 1,
    concurrency: 4,
    async send([contactId = ''], plan, call, before) {
      const customFields = customFieldArguments(plan.customFields);
      const args = { ...plan.changes.set, ...customFields, contactId };
      const answer = await call(updateContact, args, 'bulk', { before: knownFields(args, before.get(contactId)) });
      const after = rowOf.contact(recordIn(answer, 'contact') ?? {});
      const changes = changesBetween(before.get(contactId), after, fieldsToSet(plan));
      const names = notStored(plan, after, changes);
      return () => (names.length > 0 ? failure(notStoredReason(names)) : stepChange(changes));
    },
  },
};

/** The business of each contact, for the journal; undefined where none was read. */
const businessesOf = (ids: readonly string[], before: Records): Json | undefined =>
  before.size === 0
    ? undefined
    : Object.fromEntries(
        ids.flatMap((id) => {
          const contact = before.get(id);
          return contact && 'businessId' in contact ? [[id, contact.businessId]] : [];
        }),
      );

/** The contact for the journal, if search shows all of the fields that a request sets. */
function knownFields(args: Json, contact: Json | undefined): Json | undefined {
  const { clear, name, contactId: _, ...fields } = args;
  const names = [
    ...Object.keys(fields),
    ...listIn({ clear }, 'clear'),
    ...(name === undefined ? [] : ['firstName', 'lastName']),
  ];
  return contact && names.every((field) => String(field) in contact) ? contact : undefined;
}

export const stepsOf = (changes: Changes): StepName[] =>
  (Object.keys(STEPS) as StepName[]).filter((step) => STEPS[step].isWanted(changes));

const notStoredReason = (names: readonly string[]): string =>
  `HighLevel accepted the call but does not show what was given for ${names.join(', ')}; get_contact shows what is stored.`;

/** Fields that HighLevel ignored without an error. One that changed to another value than was sent has another form. */
function notStored({ changes: { set }, customFields }: StepPlan, contact: Json, changes: FieldChanges): string[] {
  const { customFields: _, clear = [], ...plain } = set ?? {};
  const ignored = (name: string) => isBlank(contact[name]) || !Object.hasOwn(changes, name);
  return [
    ...customFields.filter((field) => !isStored(field, contact)).map(labelOf),
    ...differentFields(contact, { clear }, true),
    ...differentFields(contact, plain, true).filter(ignored),
  ];
}

function isStored(field: CustomValue, contact: Json): boolean {
  const { id, type, value } = field;
  if (isBlank(value)) return id === undefined || isBlank(customFieldValue(contact, id));
  // A day is stored in another form than it is sent, and the type may not be known.
  return [type, type ?? 'DATE'].some((each) =>
    id === undefined
      ? fieldsWithValue(contact, { ...field, type: each }).length > 0
      : sameValue(value, customFieldValue(contact, id), each),
  );
}
