import { createBody, updateBody, upsertBody } from '../contact-body.ts';
import { applyBody, blankContact } from '../contact-write.ts';
import { filled, isRecord, optional, string, violations } from '../dto.ts';
import { findMatches, refuseDuplicate } from '../duplicates.ts';
import { toE164 } from '../phone.ts';
import { badRequest, nobodyNamed, unprocessable } from '../refusal.ts';
import { type Call, postStatus, route, theContact } from '../route.ts';
import { contactById, contactCreated } from '../wire.ts';

/** A duplicate is refused before anything of the write happens, so the phone is read first. */
const reachOf = (
  call: Call,
  { email, phone }: { email?: string | null | undefined; phone?: string | null | undefined },
) => ({
  email,
  phone: phone && toE164(phone, call.office.location.country),
});

const accepted = (key: string, value: unknown) =>
  violations(createBody, { [key]: value, locationId: 'any' }).length === 0;

/** Upsert and the duplicate lookup go by the same two, and say so in the words of the lookup. */
const NOTHING_TO_FIND_BY = 'Pass at least one of number, email query parameter';

export const contactRoutes = [
  route({
    route: 'GET /contacts/{contactId}',
    scope: 'contacts.readonly',
    handle: (call) => ({ contact: contactById(theContact(call)), traceId: call.traceId() }),
  }),

  route({
    route: 'POST /contacts/',
    scope: 'contacts.write',
    status: 201,
    body: createBody,
    refused(call, sent) {
      if (!call.switches.refusedCreateWrites || !isRecord(sent)) return;
      const sound = Object.entries(sent).filter(([key, value]) => accepted(key, value));
      call.store.save(applyBody(call, blankContact(call), Object.fromEntries(sound)), call.now);
    },
    handle(call, { body }) {
      const { createWithoutIdentity } = call.switches;
      // `name` and companyName do not count.
      const named = body.email || body.phone || body.firstName || body.lastName;
      if (!named && createWithoutIdentity !== 'accept') throw nobodyNamed(createWithoutIdentity);
      refuseDuplicate(call, reachOf(call, body));
      const { lastUpdatedBy: _none, ...contact } = applyBody(call, blankContact(call), body);
      call.store.save(contact, call.now);
      return { contact: contactCreated(contact, call.switches.createdRecord), traceId: call.traceId() };
    },
  }),

  route({
    route: 'PUT /contacts/{contactId}',
    scope: 'contacts.write',
    body: updateBody,
    handle(call, { body }) {
      const contact = theContact(call);
      if (call.switches.companyNameOnPut === 'refuse' && body.companyName !== undefined) {
        throw unprocessable(['property companyName should not exist']);
      }
      refuseDuplicate(call, reachOf(call, body), contact.id);
      const updated = applyBody(call, contact, body);
      call.store.save(updated, call.now);
      return { succeded: true, contact: contactById(updated), traceId: call.traceId() };
    },
  }),

  route({
    route: 'DELETE /contacts/{contactId}',
    scope: 'contacts.write',
    handle(call) {
      call.store.save({ ...theContact(call), deleted: true, dateUpdated: call.now }, call.now);
      return { succeded: true, traceId: call.traceId() };
    },
  }),

  route({
    route: 'POST /contacts/upsert',
    scope: 'contacts.write',
    status: postStatus(200),
    body: upsertBody,
    handle(call, { body: { createNewIfDuplicateAllowed, ...body } }) {
      const reach = reachOf(call, body);
      if (!reach.email && !reach.phone) throw badRequest(NOTHING_TO_FIND_BY);
      const alwaysNew = createNewIfDuplicateAllowed === true && call.switches.duplicatesAllowed;
      const [first, second] = alwaysNew ? [] : findMatches(call, reach);
      const taken = second && second.contact.id !== first?.contact.id ? second.matchingField : undefined;
      // What belongs to a second contact is left out without a word, and so is the gender of somebody known.
      const { gender: _gender, ...known } = { ...body, ...(taken && { [taken]: undefined }) };
      const contact = first ? applyBody(call, first.contact, known) : applyBody(call, blankContact(call), body);
      call.store.save(contact, call.now);
      // Of an update it is said twice that it succeeded, in both spellings.
      const done = first && { succeded: true, succeeded: true };
      return { new: !first, ...done, contact: contactById(contact), traceId: call.traceId() };
    },
  }),

  route({
    route: 'GET /contacts/search/duplicate',
    scope: 'contacts.readonly',
    query: { locationId: filled, number: optional(string), email: optional(string) },
    handle(call, { query }) {
      if (!query.number && !query.email) throw badRequest(NOTHING_TO_FIND_BY);
      const [match] = findMatches(call, { email: query.email, phone: query.number });
      return { contact: match ? contactById(match.contact) : null, traceId: call.traceId() };
    },
  }),
];
