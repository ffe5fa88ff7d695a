import { NO_IDENTITY } from '../../../api/error-details.ts';
import { ApiError } from '../../../api/errors.ts';
import { UserError } from '../../../lib/errors.ts';
import { isBlank, recordIn, textIn } from '../../../lib/json.ts';
import { createContact } from '../../contacts.ts';
import type { ToolContext } from '../../core/context.ts';
import { SEARCH_INDEX_DELAY_MS } from '../../core/own-writes.ts';
import { labelOf } from '../custom-field-values.ts';
import { type ContactRecord, readContact } from '../read-contact.ts';
import { rememberPerson } from './find-person.ts';
import { findKnownPerson, setKnownPerson } from './known-people.ts';
import { type DesiredPerson, keysOf, type NotStored } from './parse-person.ts';
import { argumentsOf, compareStored, desiredFields } from './person-fields.ts';

/** HighLevel creates no contact without an email, a phone or a name. */
export class NoIdentity extends UserError {}
const IDENTITY = ['email', 'phone', 'firstName', 'lastName', 'name'] as const;

const MATCH_VALUE_LOST =
  'HighLevel did not store the value of matchField, so that a later call with it alone would create the person again: check the field with list_custom_fields.';

const NO_ID =
  'HighLevel created the contact without giving its id. Call again: the contact is found then and gets what is missing.';

const NO_TIME = 'No time was left to create the contact; nothing was written. Call again.';

/**
 * Creates the contact with its tags, unless an earlier attempt may have created it: one of another process, or one that
 * was killed, whose contact search does not show yet.
 */
export async function createPerson(
  person: DesiredPerson,
  context: ToolContext,
): Promise<{ readonly contact: ContactRecord; readonly notStored: readonly NotStored[] }> {
  if (IDENTITY.every((field) => isBlank(person.fields[field]))) throw new NoIdentity(NO_IDENTITY);
  const waitMs = await waitForEarlierAttempt(person, context);
  if (waitMs > 0)
    throw new UserError(
      `An earlier attempt to create this person ended without an answer, and search shows new contacts only after some minutes: whether they exist is not known yet. Nothing was written. Call again in ${Math.ceil(waitMs / 1_000)} s.`,
    );
  if (!context.hasTime()) throw new UserError(NO_TIME);
  const created = await sendCreate(person, context);
  const sent = desiredFields(person).filter(({ custom, value }) => custom && !isBlank(value));
  // Only a read shows which custom fields were stored.
  const contact = sent.length > 0 ? await readContact(created.id, context).catch(() => undefined) : undefined;
  const { notStored } = contact ? compareStored(sent, {}, contact) : { notStored: [] };
  const match = person.lookupKeys.find((key) => key.kind === 'matchField');
  if (match && notStored.some(({ field }) => field === labelOf(match.field))) context.notify(MATCH_VALUE_LOST);
  return { contact: contact ?? created, notStored };
}

async function sendCreate(person: DesiredPerson, context: ToolContext): Promise<ContactRecord> {
  const { tags } = person;
  await setKnownPerson(keysOf(person), context, { at: context.clock.now() });
  try {
    const args = { ...argumentsOf(desiredFields(person)), ...(tags.length > 0 ? { tags } : {}) };
    const contact = recordIn(await context.call(createContact, args), 'contact');
    const id = textIn(contact, 'id');
    if (id === undefined) throw new ApiError(NO_ID, 'unknownOutcome', 200);
    await rememberPerson(person, id, context);
    return { ...contact, id };
  } catch (error) {
    // Only an error that rules out a new contact makes the attempt forgettable.
    if (error instanceof UserError && !(error instanceof ApiError && error.kind === 'unknownOutcome'))
      await setKnownPerson(keysOf(person), context, undefined);
    throw error;
  }
}

/**
 * ms for which an earlier attempt without a known outcome blocks the creation. An attempt created nothing if one of its
 * keys has an exact lookup, which is current at once, and that lookup found nobody.
 */
async function waitForEarlierAttempt({ lookupKeys }: DesiredPerson, context: ToolContext): Promise<number> {
  let waitMs = 0;
  for (const lookup of lookupKeys) {
    const known = await findKnownPerson(lookup.key, context);
    if (!known || known.id !== undefined) continue;
    const age = Math.abs(context.clock.now() - known.at);
    if (age >= SEARCH_INDEX_DELAY_MS) continue;
    if (lookup.kind !== 'matchField' && lookup.certain) return 0;
    waitMs = Math.max(waitMs, SEARCH_INDEX_DELAY_MS - age);
  }
  return waitMs;
}
