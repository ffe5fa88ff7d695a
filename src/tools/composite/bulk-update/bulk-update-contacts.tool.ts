import * as z from 'zod';
import { storedTag } from '../../../api/contact-fields.ts';
import { CLEAR_RULE, CLEARABLE, clearsOthers } from '../../core/contact-arguments.ts';
import {
  answer,
  Business,
  composedContactFields,
  enumInDescription,
  Filled,
  Ids,
  listOf,
  of,
  Tags,
} from '../../core/schemas.ts';
import { compositeTool, lazyTool } from '../../core/tool.ts';
import { filters } from '../../search-filters.ts';
import { HANDLE_RULE, isHandleAlone, jobAnswer, jobArguments } from '../bulk-job/schemas.ts';

/** Contact ids of one call. */
const MAX_IDS = 5_000;

const SetFields = z
  .strictObject({
    ...composedContactFields,
    clear: listOf(z.enum(CLEARABLE).meta(enumInDescription), CLEARABLE.length).optional(),
  })
  .refine((fields) => Object.keys(fields).length > 0, 'names no field to change')
  .refine(clearsOthers, CLEAR_RULE);

export const bulkUpdateContacts = compositeTool({
  name: 'bulk_update_contacts',
  title: 'Bulk update contacts',
  description:
    'Change many contacts, by id or by query and filters: set fields, add or remove tags (may start automations for each), link or unlink a business. Over 25 contacts it asks or previews first; next runs it. 500 per call; continue with next.',
  scope: 'contacts.write',
  extraScopes: ['contacts.readonly'],
  effect: 'update',
  input: () =>
    z
      .strictObject({
        contacts: Ids.max(MAX_IDS).optional(),
        query: Filled.max(75).optional(),
        filters: filters.describe('as in search_contacts').optional(),
        set: SetFields.describe('fields as in update_contact, not tags').optional(),
        addTags: Tags.optional(),
        removeTags: Tags.optional(),
        businessId: Business.optional(),
        unlinkBusiness: z.boolean().optional(),
        ...jobArguments,
      })
      .refine(isHandleAlone, HANDLE_RULE)
      .refine(
        ({ handle, contacts, query, filters }) =>
          handle !== undefined || (contacts === undefined) !== (query === undefined && filters === undefined),
        'give either contacts, or query and filters',
      )
      .refine(
        ({ handle, set, addTags, removeTags, businessId, unlinkBusiness }) =>
          handle !== undefined ||
          [set, addTags, removeTags, businessId].some((change) => change !== undefined) ||
          unlinkBusiness === true,
        'give what to change: set, addTags, removeTags, businessId or unlinkBusiness: true',
      )
      .refine(
        ({ businessId, unlinkBusiness }) => businessId === undefined || unlinkBusiness !== true,
        'give either businessId, or unlinkBusiness: true',
      )
      .refine(({ addTags = [], removeTags = [] }) => {
        const added = addTags.map(storedTag);
        return !removeTags.some((tag) => added.includes(storedTag(tag)));
      }, 'a tag is in both addTags and removeTags'),
  output: () =>
    answer({
      ...jobAnswer,
      searched: of.text,
      everyContact: of.flag,
      changes: of.object,
      listsCut: of.object,
      leftHalfDone: of.count,
      repeatedIds: of.count,
      contacts: of.rows,
      missing: of.texts,
    }),
  calls: [],
  run: lazyTool('bulkUpdateContacts'),
});
