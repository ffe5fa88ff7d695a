import * as z from 'zod';
import { endpoint } from '../endpoint.ts';
import { Id, Ids, of, outputs } from '../schemas.ts';
import { settle } from '../settle.ts';

/** A business to link, or that none is to be linked. */
const oneBusiness: [(args: { businessId?: unknown; unlinkBusiness?: unknown }) => boolean, string] = [
  ({ businessId, unlinkBusiness }) => (businessId === undefined) === (unlinkBusiness === true),
  'give either businessId, or unlinkBusiness: true',
];

export const businesses = [
  endpoint({
    name: 'bulk_assign_contact_business',
    title: 'Bulk assign contact business',
    description: 'Link up to 50 contacts to a business, or unlink them.',
    route: 'POST /contacts/bulk/business',
    scope: 'contacts.write',
    effect: 'update',
    settle: settle.contactsAssigned,
    locationId: true,
    input: z
      .strictObject({
        ids: Ids.max(50).describe('contact ids'),
        businessId: Id.optional(),
        unlinkBusiness: z.boolean().optional(),
      })
      .refine(...oneBusiness),
    output: outputs.record({ succeeded: of.flag, asked: of.count, updated: of.count, failed: of.texts }),
    // The API unlinks by null, which many hosts send for an argument that is not given.
    request: ({ ids, businessId = null }) => ({ ids, businessId }),
    present: ({ success, ids }, args) => ({
      succeeded: success,
      asked: (args.ids as unknown[]).length,
      updated: Array.isArray(ids) ? ids.length : undefined,
      failed: Array.isArray(ids) ? (args.ids as unknown[]).filter((id) => !ids.includes(id)) : [],
    }),
  }),
];
