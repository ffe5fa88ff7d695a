import { updateContact } from '../contact-write.ts';
import { postStatus, requireContact, requireNamed, route } from '../route.ts';
import { mustBe, nonEmpty, optional, type Rule, string, stringArray } from '../validation.ts';

const FOLLOWERS = { followers: stringArray({ min: 1 }) };

const eventStartTime = mustBe<string>(
  (value) => typeof value === 'string' && /T.*(Z|[+-]\d\d:?\d\d)$/.test(value) && !Number.isNaN(Date.parse(value)),
  'a valid ISO 8601 date string',
);
const WORKFLOW = { eventStartTime: optional(eventStartTime) };

const idOrNull: Rule<string | null> = { check: (value, name) => (value === null ? [] : string.check(value, name)) };

function enrolmentsOf(byContact: Map<string, Set<string>>, contactId: string): Set<string> {
  const enrolments = byContact.get(contactId) ?? new Set();
  byContact.set(contactId, enrolments);
  return enrolments;
}

export const membershipRoutes = [
  route({
    route: 'POST /contacts/{contactId}/followers',
    scope: 'contacts.write',
    status: 201,
    body: FOLLOWERS,
    handle(call, { body }) {
      const contact = requireContact(call);
      const followersAdded = [...new Set(body.followers)].filter((id) => !contact.followers.includes(id));
      const followers = [...contact.followers, ...followersAdded];
      updateContact(call, contact, { followers });
      return { followers, followersAdded };
    },
  }),

  route({
    route: 'DELETE /contacts/{contactId}/followers',
    scope: 'contacts.write',
    body: FOLLOWERS,
    handle(call, { body }) {
      const contact = requireContact(call);
      const followersRemoved = contact.followers.filter((id) => body.followers.includes(id));
      const followers = contact.followers.filter((id) => !body.followers.includes(id));
      updateContact(call, contact, { followers });
      return { followers, followersRemoved };
    },
  }),

  route({
    route: 'POST /contacts/{contactId}/campaigns/{campaignId}',
    scope: 'contacts.write',
    status: 201,
    body: {},
    handle(call) {
      const contact = requireContact(call);
      const campaign = requireNamed('Campaign', call.records.campaigns, call.param('campaignId'));
      enrolmentsOf(call.store.campaigns, contact.id).add(campaign.id);
      return { succeded: true };
    },
  }),

  route({
    route: 'DELETE /contacts/{contactId}/campaigns/removeAll',
    scope: 'contacts.write',
    handle(call) {
      call.store.campaigns.delete(requireContact(call).id);
      return { succeded: true };
    },
  }),

  route({
    route: 'DELETE /contacts/{contactId}/campaigns/{campaignId}',
    scope: 'contacts.write',
    handle(call) {
      enrolmentsOf(call.store.campaigns, requireContact(call).id).delete(call.param('campaignId'));
      return { succeded: true };
    },
  }),

  route({
    route: 'POST /contacts/{contactId}/workflow/{workflowId}',
    scope: 'contacts.write',
    // Documented as 200, measured as 201.
    status: 201,
    body: WORKFLOW,
    handle(call) {
      const contact = requireContact(call);
      const workflow = requireNamed('Workflow', call.records.workflows, call.param('workflowId'));
      if (workflow.status === 'published') enrolmentsOf(call.store.workflows, contact.id).add(workflow.id);
      return { succeded: true };
    },
  }),

  route({
    route: 'DELETE /contacts/{contactId}/workflow/{workflowId}',
    scope: 'contacts.write',
    body: WORKFLOW,
    handle(call) {
      enrolmentsOf(call.store.workflows, requireContact(call).id).delete(call.param('workflowId'));
      return { succeded: true };
    },
  }),

  route({
    route: 'POST /contacts/bulk/business',
    scope: 'contacts.write',
    status: postStatus(200),
    body: { locationId: nonEmpty, ids: stringArray({ min: 1, max: 50 }), businessId: idOrNull },
    handle(call, { body: { ids, businessId } }) {
      if (businessId !== null) requireNamed('Business', call.records.businesses, businessId);
      const contacts = ids
        .flatMap((id) => call.store.contacts.get(id) ?? [])
        .filter((contact) => contact.locationId === call.records.location.id && !contact.deleted);
      for (const { businessId: _old, ...contact } of contacts) {
        call.store.save({ ...contact, ...(businessId && { businessId }), dateUpdated: call.now }, call.now);
      }
      return { success: true, ids: contacts.map(({ id }) => id) };
    },
  }),
];
