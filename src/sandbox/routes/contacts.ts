import { createBody, updateBody, upsertBody } from '../contact-body.ts';
import { applyBody, newContact } from '../contact-write.ts';
import { findDuplicates, rejectDuplicate } from '../duplicates.ts';
import { badRequest, missingIdentity, unprocessable } from '../http-error.ts';
import { toE164 } from '../phone.ts';
import { type Call, postStatus, requireContact, route } from '../route.ts';
import { serializeContact, serializeCreatedContact } from '../serialize.ts';
import { isRecord, nonEmpty, optional, string, violations } from '../validation.ts';

/** The identifiers in stored form: duplicates are rejected before anything is written. */
const identifiersOf = (
  call: Call,
  { email, phone }: { email?: string | null | undefined; phone?: string | null | undefined },
) => ({
  email,
  phone: phone && toE164(phone, call.records.location.country),
});

const isValidField = (key: string, value: unknown) =>
  violations(createBody, { [key]: value, locationId: 'any' }).length === 0;

/** Upsert sends the message of the duplicate lookup too. */
const IDENTIFIER_REQUIRED = 'Pass at least one of number, email query parameter';

export const contactRoutes = [
  route({
    route: 'GET /contacts/{contactId}',
    scope: 'contacts.readonly',
    handle: (call) => ({ contact: serializeContact(requireContact(call)), traceId: call.traceId() }),
  }),

  route({
    route: 'POST /contacts/',
    scope: 'contacts.write',
    status: 201,
    body: createBody,
    onInvalidBody(call, body) {
      if (!call.switches.refusedCreateWrites || !isRecord(body)) return;
      const validFields = Object.entries(body).filter(([key, value]) => isValidField(key, value));
      call.store.save(applyBody(call, newContact(call), Object.fromEntries(validFields)), call.now);
    },
    handle(call, { body }) {
      const { createWithoutIdentity } = call.switches;
      // `name` and companyName do not count.
      const hasIdentity = body.email || body.phone || body.firstName || body.lastName;
      if (!hasIdentity && createWithoutIdentity !== 'accept') throw missingIdentity(createWithoutIdentity);
      rejectDuplicate(call, identifiersOf(call, body));
      const { lastUpdatedBy: _none, ...contact } = applyBody(call, newContact(call), body);
      call.store.save(contact, call.now);
      return { contact: serializeCreatedContact(contact, call.switches.createdRecord), traceId: call.traceId() };
    },
  }),

  route({
    route: 'PUT /contacts/{contactId}',
    scope: 'contacts.write',
    body: updateBody,
    handle(call, { body }) {
      const contact = requireContact(call);
      if (call.switches.companyNameOnPut === 'refuse' && body.companyName !== undefined) {
        throw unprocessable(['property companyName should not exist']);
      }
      rejectDuplicate(call, identifiersOf(call, body), contact.id);
      const updated = applyBody(call, contact, body);
      call.store.save(updated, call.now);
      return { succeded: true, contact: serializeContact(updated), traceId: call.traceId() };
    },
  }),

  route({
    route: 'DELETE /contacts/{contactId}',
    scope: 'contacts.write',
    handle(call) {
      call.store.save({ ...requireContact(call), deleted: true, dateUpdated: call.now }, call.now);
      return { succeded: true, traceId: call.traceId() };
    },
  }),

  route({
    route: 'POST /contacts/upsert',
    scope: 'contacts.write',
    status: postStatus(200),
    body: upsertBody,
    handle(call, { body: { createNewIfDuplicateAllowed, ...body } }) {
      const identifiers = identifiersOf(call, body);
      if (!identifiers.email && !identifiers.phone) throw badRequest(IDENTIFIER_REQUIRED);
      const alwaysNew = createNewIfDuplicateAllowed === true && call.switches.duplicatesAllowed;
      const [first, second] = alwaysNew ? [] : findDuplicates(call, identifiers);
      const takenField = second && second.contact.id !== first?.contact.id ? second.matchingField : undefined;
      // An identifier of a second contact is ignored without an error, and so is the gender in an update.
      const { gender: _gender, ...changes } = { ...body, ...(takenField && { [takenField]: undefined }) };
      const contact = first ? applyBody(call, first.contact, changes) : applyBody(call, newContact(call), body);
      call.store.save(contact, call.now);
      // Recorded: an update has both spellings.
      const succeeded = first && { succeded: true, succeeded: true };
      return { new: !first, ...succeeded, contact: serializeContact(contact), traceId: call.traceId() };
    },
  }),

  route({
    route: 'GET /contacts/search/duplicate',
    scope: 'contacts.readonly',
    query: { locationId: nonEmpty, number: optional(string), email: optional(string) },
    handle(call, { query }) {
      if (!query.number && !query.email) throw badRequest(IDENTIFIER_REQUIRED);
      const [match] = findDuplicates(call, { email: query.email, phone: query.number });
      return { contact: match ? serializeContact(match.contact) : null, traceId: call.traceId() };
    },
  }),
];
