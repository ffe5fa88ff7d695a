import type { Endpoint, Json } from '../../endpoint.ts';
import { ApiError, isGeneral, isMissing, UserError } from '../../errors.ts';
import { refuseForbidden, SwitchedOff } from '../../gate.ts';
import type { Context } from '../../tools/tool.ts';
import { createContact, updateContact } from '../calls.ts';
import { labelOf } from '../custom-values.ts';
import { createLocks } from '../locks.ts';
import { existingId, type Fields, lostAtCreation, newContact, update, updateOf } from './fields.ts';
import { Conflict, createRecent, type Found, findPerson, readContact } from './find.ts';
import { attempt, type DoneParts, doParts, type Failure, planParts } from './parts.ts';
import type { Person } from './person.ts';

/** What became of one person. */
export interface Onboarded extends Fields, DoneParts {
  /** As last read; what was written after that may be missing. */
  readonly contact: Found['contact'];
  readonly created: boolean;
  readonly failed: readonly Failure[];
}

/**
 * Finds or makes the contact of a person, and gives it what it does not have yet. Doing it again adds nothing. Runs that
 * may mean the same person wait for each other.
 * @throws Conflict where the person is two contacts; UserError where nothing was written
 */
export function onboard(person: Person, context: Context): Promise<Onboarded> {
  const keys = person.reach.map(({ key }) => key);
  return context.own(createLocks).hold(keys, () => {
    if (!context.inTime())
      throw new UserError('Other calls for the same person took all the time; nothing was written. Call again.');
    return settled(person, context);
  });
}

/** Finds anew, once, where somebody else made or deleted the contact meanwhile. */
async function settled(person: Person, context: Context): Promise<Onboarded> {
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

async function create(person: Person, context: Context): Promise<Onboarded> {
  const failed: Failure[] = [];
  const plan = async (contact: Found['contact']) => planParts(person, contact, true, failed, context);
  const answer = await context.call(createContact, newContact(person));
  const contact = answer.contact as Found['contact'];
  if (typeof contact?.id !== 'string') throw new UserError(NAMELESS);
  context.own(createRecent).see(person.reach, contact.id);
  const parts = await doParts(await plan(contact), contact.id, failed, context);
  // Only a read tells what was kept of custom fields.
  const read = person.custom.length > 0 ? await readContact(contact.id, context).catch(() => undefined) : undefined;
  const tagsAdded = Array.isArray(contact.tags) ? contact.tags.map(String) : [...person.tags];
  const notStored = lostAtCreation(person, read);
  const match = person.reach.find(({ custom }) => custom)?.custom;
  if (match && notStored.some(({ field }) => field === labelOf(match))) context.say(UNKEPT);
  return { contact: read ?? contact, created: true, changed: [], notStored, failed, ...parts, tagsAdded };
}

async function fill(person: Person, found: Found, context: Context): Promise<Onboarded> {
  const { contact } = found;
  const failed: Failure[] = [];
  const wanted = updateOf(person, found);
  const plan = await planParts(person, contact, false, failed, context);
  const differs = wanted.wishes.length > 0;
  // Before any part of it is written. What is forbidden by argument was refused before.
  if (differs) refuseForbidden(updateContact, {}, context.gate);
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

const isGone = async (contactId: string, context: Context): Promise<boolean> =>
  readContact(contactId, context).then(
    (contact) => contact === undefined,
    () => false,
  );

/** Whether a failure says nothing of the person: a refused location (403) is not theirs either. */
export function isNotTheirs(error: unknown): boolean {
  // The next row may need nothing that the owner switched off.
  if (error instanceof SwitchedOff) return false;
  if (!(error instanceof ApiError)) return error instanceof UserError && !(error instanceof Conflict);
  return isGeneral(error) || error.status === 403;
}

/** The same work in the lane of bulk runs. */
export const inBulk = (context: Context): Context => ({
  ...context,
  call: (endpoint: Endpoint, args: Json) => context.call(endpoint, args, 'bulk'),
});
