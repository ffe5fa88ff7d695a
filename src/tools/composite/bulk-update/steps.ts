import type { Endpoint } from '../../../api/endpoint.ts';
import { isEmpty, type Json, rowsIn } from '../../../lib/json.ts';
import { quoteForMessage } from '../../../lib/text.ts';
import { bulkAssignContactBusiness } from '../../businesses.ts';
import { updateContact } from '../../contacts.ts';
import type { ToolContext } from '../../core/context.ts';
import { rowOf } from '../../core/row-shape.ts';
import { bulkUpdateContactTags } from '../../tags.ts';

import { type CustomValue, heldIn, holdersOf, labelOf, sameValue } from '../custom-field-values.ts';
import type { Changes, StepName } from './job.ts';

/** What a step did to one contact: nothing where all was so already. */
export type Outcome = 'changed' | 'nothing' | { readonly failed: string; readonly gone: boolean };

/** One kind of change, and how many contacts one call of it takes. */
export interface Step {
  readonly endpoint: Endpoint;
  /** Contacts in one call. */
  readonly size: number;
  /** Calls side by side. */
  readonly atOnce: number;
  /** @throws UserError where the call as a whole came to nothing */
  readonly send: (
    ids: readonly string[],
    changes: Changes,
    call: ToolContext['call'],
  ) => Promise<(id: string) => Outcome>;
}

const tagged = (type: 'add' | 'remove', key: 'addTags' | 'removeTags'): Step => ({
  endpoint: bulkUpdateContactTags,
  size: 250,
  atOnce: 1,
  async send(ids, changes, call) {
    const data = await call(bulkUpdateContactTags, { type, contacts: ids, tags: changes[key] }, 'bulk');
    const byId = new Map(rowsIn(data, 'responses').map((row) => [row.contactId, row]));
    return (id) => tagOutcome(byId.get(id));
  },
});

function tagOutcome(row: Json | undefined): Outcome {
  if (!row) return { failed: LEFT_OUT, gone: false };
  if (row.type === 'error')
    return {
      failed: `HighLevel says ${quoteForMessage(row.message)}.`,
      gone: /not found|deleted|not a valid/i.test(String(row.message)),
    };
  const lists = [row.tagsAdded, row.tagsRemoved].filter(Array.isArray);
  return lists.length > 0 && lists.every((list) => list.length === 0) ? 'nothing' : 'changed';
}

export const STEP: Readonly<Record<StepName, Step>> = {
  business: {
    endpoint: bulkAssignContactBusiness,
    size: 50,
    atOnce: 1,
    async send(ids, { businessId, unlinkBusiness }, call) {
      const data = await call(bulkAssignContactBusiness, { ids, businessId, unlinkBusiness }, 'bulk');
      const changed = new Set(data.ids as unknown[]);
      return (id) => (changed.has(id) ? 'changed' : { failed: LEFT_OUT, gone: false });
    },
  },
  addTags: tagged('add', 'addTags'),
  removeTags: tagged('remove', 'removeTags'),
  fields: {
    endpoint: updateContact,
    size: 1,
    atOnce: 4,
    async send([contactId], { set }, call) {
      const data = await call(updateContact, { ...set, contactId }, 'bulk');
      const lost = notKept(set ?? {}, rowOf.contact(data.contact as Json));
      return () => (lost.length > 0 ? { failed: unkept(lost), gone: false } : 'changed');
    },
  },
};

const unkept = (names: readonly string[]): string =>
  `HighLevel took the call but does not show what was given for ${names.join(', ')}; get_contact tells what is there.`;

/** Of what HighLevel is known to leave as it was without a word: custom fields, and fields to be emptied. */
function notKept({ customFields = [], clear = [] }: Json, contact: Json): string[] {
  return [
    ...(customFields as CustomValue[]).filter((field) => !isKept(field, contact)).map(labelOf),
    ...(clear as string[]).filter((name) => name !== 'name' && !isEmpty(contact[name])),
  ];
}

function isKept(field: CustomValue, contact: Json): boolean {
  const { id, value } = field;
  if (isEmpty(value)) return id === undefined || isEmpty(heldIn(contact, id));
  // Its type is not known here: a day is kept in another form than it is sent.
  return [undefined, 'DATE'].some((type) =>
    id === undefined ? holdersOf(contact, { ...field, type }).length > 0 : sameValue(value, heldIn(contact, id), type),
  );
}

const LEFT_OUT = 'HighLevel left this contact out of its answer: it may have been deleted.';

export function stepsOf({ businessId, unlinkBusiness, addTags, removeTags, set }: Changes): StepName[] {
  return [
    ...(businessId === undefined && !unlinkBusiness ? [] : ['business' as const]),
    ...(addTags ? ['addTags' as const] : []),
    ...(removeTags ? ['removeTags' as const] : []),
    ...(set ? ['fields' as const] : []),
  ];
}
