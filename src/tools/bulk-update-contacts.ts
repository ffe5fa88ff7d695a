import * as z from 'zod';
import { answer, contactFields, Filled, Id, Ids, of, Strings, Text } from '../schemas.ts';
import { CLEARABLE } from './contacts.ts';
import { filtersAsInSearch } from './search.ts';
import { type Flow, later } from './tool.ts';

/** Ids of one request. */
const MOST_IDS = 5_000;

/** A tag that is to come and to go is a mistake. */
function contradicts({ addTags, removeTags }: { addTags?: string[] | undefined; removeTags?: string[] | undefined }) {
  const coming = addTags?.map((tag) => tag.toLowerCase());
  return removeTags?.some((tag) => coming?.includes(tag.toLowerCase())) ?? false;
}

const Changed = z
  .strictObject({ ...contactFields, companyName: Text.optional(), clear: z.array(z.enum(CLEARABLE)).min(1).optional() })
  .refine((fields) => Object.keys(fields).length > 0, 'names nothing to change')
  .meta({ shallow: true });

export const bulkUpdateContacts: Flow = {
  name: 'bulk_update_contacts',
  title: 'Bulk update contacts',
  description:
    'Change many contacts, named by id or found by query and filters: set fields, add or remove tags (may start automations for each contact), link a business (null unlinks). Over 25 contacts the first call only previews; confirm: true with its handle runs it. 500 contacts a call; next goes on. Counts done, skipped, failed, left.',
  scope: 'contacts.write',
  needs: ['contacts.readonly'],
  effect: 'update',
  input: z
    .strictObject({
      contacts: Ids.max(MOST_IDS).optional(),
      query: Filled.max(75).optional(),
      filters: filtersAsInSearch.optional(),
      set: Changed.describe('fields as in update_contact, not tags').optional(),
      addTags: Strings.optional(),
      removeTags: Strings.optional(),
      businessId: Id.nullable().optional(),
      confirm: z.boolean().optional(),
      handle: Filled.optional(),
    })
    .refine(
      ({ handle, confirm: _, ...others }) => handle === undefined || Object.keys(others).length === 0,
      'handle goes alone, or with confirm',
    )
    .refine(
      ({ handle, contacts, query, filters }) =>
        handle !== undefined || (contacts === undefined) !== (query === undefined && filters === undefined),
      'give either contacts, or query and filters',
    )
    .refine(
      ({ handle, set, addTags, removeTags, businessId }) =>
        handle !== undefined || [set, addTags, removeTags, businessId].some((change) => change !== undefined),
      'names nothing to change: give set, addTags, removeTags or businessId',
    )
    .refine((args) => !contradicts(args), 'a tag stands in both addTags and removeTags'),
  output: answer({
    preview: of.flag,
    account: of.text,
    total: of.count,
    everyContact: of.flag,
    changes: of.object,
    businessName: of.text,
    examples: of.rows,
    listsCut: of.object,
    asked: of.count,
    done: of.count,
    skipped: of.count,
    failed: of.count,
    left: of.count,
    leftHalfDone: of.count,
    repeatedIds: of.count,
    failures: of.rows,
    furtherFailures: of.rows,
    next: of.object,
  }),
  calls: [],
  run: later('bulkUpdateContacts'),
};
