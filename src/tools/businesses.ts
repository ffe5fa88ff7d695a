import * as z from 'zod';
import { endpoint } from '../endpoint.ts';
import { Id, Ids, of, outputs } from '../schemas.ts';
import { settle } from '../settle.ts';

export const businesses = [
  endpoint({
    name: 'bulk_assign_contact_business',
    title: 'Bulk assign contact business',
    description: 'Link up to 50 contacts to a business; businessId null unlinks them.',
    route: 'POST /contacts/bulk/business',
    scope: 'contacts.write',
    effect: 'update',
    settle: settle.contactsAssigned,
    locationId: true,
    input: z.strictObject({ ids: Ids.max(50).describe('contact ids'), businessId: Id.nullable() }),
    output: outputs.record({ succeeded: of.flag, asked: of.count, updated: of.count, failed: of.texts }),
    present: ({ success, ids }, args) => ({
      succeeded: success,
      asked: (args.ids as unknown[]).length,
      updated: Array.isArray(ids) ? ids.length : undefined,
      failed: Array.isArray(ids) ? (args.ids as unknown[]).filter((id) => !ids.includes(id)) : [],
    }),
  }),
];
