import { NO_IDENTITY } from '../../../api/error-messages.ts';
import { ApiError, affectsOtherCalls, isMissing } from '../../../api/errors.ts';
import { UserError } from '../../../lib/errors.ts';
import { isEmpty } from '../../../lib/json.ts';
import { createContact, updateContact } from '../../contacts.ts';
import type { ToolContext } from '../../core/context.ts';
import { assertAllowed, SwitchedOff } from '../../core/permissions.ts';

import { SEARCH_INDEX_DELAY_MS } from '../changes/change-feed.ts';
import { labelOf } from '../custom-field-values.ts';
import { Conflict, type Found, FRESH, findPerson, readContact, remember } from './find-person.ts';
import type { Person } from './parse-person.ts';
import { findKnownPerson, PersonBusy, type PersonLock, setKnownPerson, withPersonLock } from './person-registry.ts';
import { attempt, type DoneParts, doParts, type Failure, planParts } from './related-records.ts';
import { existingId, type Fields, lostAtCreation, newContact, update, updateOf } from './update-fields.ts';

/** What became of one person. */
export interface Onboarded extends Fields, DoneParts {
  /** As last read; what was written after that may be missing. */
  readonly contact: Found['contact'];
  readonly created: boolean;
  readonly failed: readonly Failure[];
}

/**
 * Finds or makes the contact of a person, and gives it what it does not have yet. Doing it again adds nothing. Runs that
 * may mean the same person wait for each other, also those of other processes.
 * @throws Conflict where the person is two contacts; UserError, such as PersonBusy, where nothing was written
 */
export function onboard(person: Person, context: ToolContext): Promise<Onboarded> {
  return withPersonLock(keysOf(person), context, (lock) => settled(person, whileLocked(lock, context)));
}

const keysOf = ({ reach }: Person): string[] => reach.map(({ key }) => key);

const UNSHARED =
  'The state folder takes no files (full or read-only), so another ghl-contacts-mcp is not waited for: people that two of them onboard at the same time may get tasks and notes twice. Tell the owner.';

/** A context that starts no further request once another process may have taken the lock. */
function whileLocked({ isHeld, unshared }: PersonLock, context: ToolContext): ToolContext {
  if (unshared) context.notify(UNSHARED);
  return { ...context, hasTime: () => isHeld() && context.hasTime() };
}

/**
 * Two calls may lead to one contact by different keys: its parts are compared and written by one at a time. Where no
 * time is left to wait, none is left to write either: then the parts say so one by one.
 */
async function aloneWith<T>(
  contactId: string,
  context: ToolContext,
  work: (waited: boolean, context: ToolContext) => Promise<T>,
): Promise<T> {
  let begun = false;
  const begin = (lock: PersonLock) => {
    begun = true;
    return work(lock.waited, whileLocked(lock, context));
  };
  try {
    return await withPersonLock([`contact ${contactId}`], context, begin);
  } catch (error) {
    if (begun || !(error instanceof PersonBusy)) throw error;
    return begin({ waited: true, isHeld: () => false });
  }
}

/** Finds anew, once, where somebody else made or deleted the contact meanwhile. */
async function settled(person: Person, context: ToolContext): Promise<Onboarded> {
  const found = await findPerson(person, undefined, context);
  try {
    return await (found ? fill(person, found, context) : create(person, context));
  } catch (error) {
    const named = found ? undefined : existingId(error);
    if (named === undefined && !(error instanceof Gone)) throw error;
    const again = await findPerson(person, named, context);
    return again ? fill(person, again, context) : create(person, context);
  }
}

/** There is nothing left to fill. */
class Gone extends UserError {}
const GONE = 'Somebody deleted the contact while it was being filled. Call again to make it anew.';

const UNKEPT =
  'HighLevel did not keep the value of matchField, so that a later call by it alone would make the person anew: check the field with list_custom_fields.';

const NAMELESS =
  'HighLevel took the new contact without naming its id. Call again: it is found then, and gets what is missing.';

async function create(person: Person, context: ToolContext): Promise<Onboarded> {
  const failed: Failure[] = [];
  const contact = await createOnce(person, context);
  const parts = await aloneWith(contact.id, context, async (waited, alone) =>
    doParts(await planParts(person, contact, !waited, failed, alone), contact.id, failed, alone),
  );
  // Only a read tells what was kept of custom fields.
  const read = person.custom.length > 0 ? await readContact(contact.id, context).catch(() => undefined) : undefined;
  const tagsAdded = Array.isArray(contact.tags) ? contact.tags.map(String) : [...person.tags];
  const notStored = lostAtCreation(person, read);
  const match = person.reach.find(({ custom }) => custom)?.custom;
  if (match && notStored.some(({ field }) => field === labelOf(match))) context.notify(UNKEPT);
  return { contact: read ?? contact, created: true, changed: [], notStored, failed, ...parts, tagsAdded };
}

const LATE = 'No time was left to create the contact; nothing was written. Call again.';

/** Whom HighLevel does not take as a new contact: it asks for one of these. */
class Unnamed extends UserError {}
const NAMING = ['email', 'phone', 'firstName', 'lastName', 'name'] as const;

/**
 * Creates the contact, unless an earlier attempt may have done so already: one by another process, or by one that was
 * killed, whose contact search does not show yet.
 */
async function createOnce(person: Person, context: ToolContext): Promise<Found['contact']> {
  const args = newContact(person);
  if (NAMING.every((field) => isEmpty(args[field]))) throw new Unnamed(NO_IDENTITY);
  const left = await leftOfAttempt(person, context);
  if (left > 0)
    throw new UserError(
      `An earlier attempt to create this person ended without an answer, and search shows new contacts only after some minutes: whether they exist is not known yet. Nothing was written. Call again in ${Math.ceil(left / 1_000)} s.`,
    );
  if (!context.hasTime()) throw new UserError(LATE);
  await setKnownPerson(keysOf(person), context, { at: context.clock.now() });
  try {
    const { contact } = (await context.call(createContact, args)) as { contact?: Found['contact'] };
    if (typeof contact?.id !== 'string') throw new ApiError(NAMELESS, 'unknownOutcome', 200);
    await remember(person, contact.id, context);
    return contact;
  } catch (error) {
    // Anything but a sentence that rules it out leaves it open.
    if (error instanceof UserError && !(error instanceof ApiError && error.kind === 'unknownOutcome'))
      await setKnownPerson(keysOf(person), context, undefined);
    throw error;
  }
}

/**
 * ms for which an earlier attempt without a known outcome keeps this person from being created. Where a lookup that does
 * not trail found nobody under a key of that attempt, it created nothing.
 */
async function leftOfAttempt({ reach }: Person, context: ToolContext): Promise<number> {
  let left = 0;
  for (const { key, by, certain } of reach) {
    const known = await findKnownPerson(key, context);
    if (!known || known.id !== undefined) continue;
    const age = Math.abs(context.clock.now() - known.at);
    if (age >= SEARCH_INDEX_DELAY_MS) continue;
    if (certain && by !== 'matchField') return 0;
    left = Math.max(left, SEARCH_INDEX_DELAY_MS - age);
  }
  return left;
}

function fill(person: Person, found: Found, context: ToolContext): Promise<Onboarded> {
  return aloneWith(found.contact.id, context, async (waited, alone) => {
    // Whoever held the contact has changed it.
    const contact = waited ? await readContact(found.contact.id, alone, FRESH) : found.contact;
    if (!contact) throw new Gone(GONE);
    return fillAlone(person, { ...found, contact }, alone);
  });
}

async function fillAlone(person: Person, found: Found, context: ToolContext): Promise<Onboarded> {
  const { contact } = found;
  const failed: Failure[] = [];
  const wanted = updateOf(person, found);
  const plan = await planParts(person, contact, false, failed, context);
  const differs = wanted.wishes.length > 0;
  // Before any part of it is written. What is forbidden by argument was refused before.
  if (differs) assertAllowed(updateContact, {}, context.access);
  const fields = differs ? await attempt('fields', failed, context, () => update(wanted, found, context)) : undefined;
  const parts = await doParts(plan, contact.id, failed, context);
  if (failed.some(({ error }) => isMissing(error)) && (await isGone(contact.id, context))) throw new Gone(GONE);
  const { changed = [], notStored = wanted.notStored } = fields ?? {};
  return {
    contact: { ...contact, ...fields?.contact, id: contact.id },
    created: false,
    changed,
    notStored,
    failed,
    ...parts,
  };
}

const isGone = async (contactId: string, context: ToolContext): Promise<boolean> =>
  readContact(contactId, context, FRESH).then(
    (contact) => contact === undefined,
    () => false,
  );

/** Whether a failure says nothing of the person: a refused location (403) is not theirs either. */
export function isNotTheirs(error: unknown): boolean {
  // The next row may need nothing that the owner switched off.
  if (error instanceof SwitchedOff) return false;
  if (error instanceof Conflict || error instanceof Unnamed) return false;
  if (!(error instanceof ApiError)) return error instanceof UserError;
  return affectsOtherCalls(error) || error.kind === 'location' || error.kind === 'blocked';
}

/** The same work in the lane of bulk runs. */
export const inBulk = (context: ToolContext): ToolContext => ({
  ...context,
  call: (endpoint, args, _lane, how) => context.call(endpoint, args, 'bulk', how),
});
