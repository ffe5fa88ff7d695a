import * as z from 'zod';
import { type AnswerCheck, endpoint } from '../api/endpoint.ts';
import { contactsHaveBusiness } from '../api/write/strategies/bulk.ts';
import { listIn } from '../lib/json.ts';
import { getContact } from './contacts.ts';
import { MAX_UNASKED } from './core/confirmation.ts';
import { Business, confirmation, confirmationAnswer, Ids, of, outputs } from './core/schemas.ts';
import type { EndpointTool } from './core/tool.ts';
import { searchContacts } from './search.ts';

/** The answer lists changed contacts, and none that were not requested. */
const isAboutThem: AnswerCheck = ({ ids }, args) =>
  Array.isArray(ids) && ids.every((id) => listIn(args, 'ids').includes(id));

const endpointOfBulk = endpoint({
  name: 'bulk_assign_contact_business',
  title: 'Bulk assign contact business',
  description: 'Link up to 50 contacts to a business, or unlink them.',
  route: 'POST /contacts/bulk/business',
  scope: 'contacts.write',
  effect: 'update',
  reconcile: contactsHaveBusiness(getContact, searchContacts),
  locationId: true,
  answer: { succeeded: true, isAbout: isAboutThem },
  input: () =>
    z
      .strictObject({
        ids: Ids.max(50).describe('contact ids'),
        businessId: Business.optional(),
        unlinkBusiness: z.boolean().optional(),
        ...confirmation,
      })
      .refine(
        ({ businessId, unlinkBusiness }) => (businessId === undefined) === (unlinkBusiness === true),
        'give either businessId, or unlinkBusiness: true',
      ),
  output: () =>
    outputs.record({
      ...{ succeeded: of.flag, asked: of.count, updated: of.count, failed: of.texts },
      ...confirmationAnswer,
    }),
  // The API unlinks by null; here null means "not given", because many hosts send it for that.
  request: ({ ids, businessId = null }) => ({ ids, businessId }),
  present: (data, args) => {
    const asked = listIn(args, 'ids');
    const failed = asked.filter((id) => !listIn(data, 'ids').includes(id));
    return { succeeded: true, asked: asked.length, updated: asked.length - failed.length, failed };
  },
});

export const bulkAssignContactBusiness: EndpointTool = {
  ...endpointOfBulk,
  confirm: { question: 'changeBusiness', when: ({ ids }) => Array.isArray(ids) && ids.length > MAX_UNASKED },
};

export const businesses = [bulkAssignContactBusiness];
