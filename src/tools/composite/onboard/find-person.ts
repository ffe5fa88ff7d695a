import { matchField } from '../../../api/write/compare.ts';
import { lacksEmailOrPhone } from '../../../api/write/contact-identity.ts';
import { UserError } from '../../../lib/errors.ts';
import { isBlank, type Json, recordIn, rowsIn, textIn } from '../../../lib/json.ts';
import { normalizeText } from '../../../lib/markup.ts';
import { findDuplicateContact } from '../../contacts.ts';
import type { ToolContext } from '../../core/context.ts';
import { searchContacts } from '../../search.ts';
import { customFieldValue, sameValue } from '../custom-field-values.ts';
import { type ContactRecord, readContact, readFresh, unreadableAnswer } from '../read-contact.ts';
import { findKnownPerson, setKnownPerson } from './known-people.ts';
import { type DesiredPerson, keysOf, type LookupKey } from './parse-person.ts';

/** The values given belong to more than one contact; nothing was written. */
export class Conflict extends UserError {
  override readonly name = 'Conflict';
}

export interface FoundPerson {
  readonly contact: ContactRecord;
  /** Kinds of the keys that found it: it has those values, perhaps as an additional email or phone. */
  readonly by: ReadonlySet<string>;
}

/** A contact that may be the person. */
interface Candidate {
  readonly by: LookupKey['kind'];
  readonly id: string;
  /** Whether the contact, once read, has the value that was looked up. @throws UserError if it must have it */
  readonly matches: (contact: Json) => boolean;
}

/**
 * The one contact that all lookup keys lead to; undefined if there is none. `duplicateId` is the contact that HighLevel
 * named when it refused to create the person.
 * @throws Conflict if they lead to different contacts
 */
export async function findPerson(
  person: DesiredPerson,
  duplicateId: string | undefined,
  context: ToolContext,
): Promise<FoundPerson | undefined> {
  const lookups = person.lookupKeys.map((key) =>
    key.kind === 'matchField' ? searchCandidates(key, context) : lookUpCandidates(key, context),
  );
  const candidates = (await Promise.all(lookups)).flat();
  const ids = new Set([...candidates.map(({ id }) => id), ...(duplicateId ? [duplicateId] : [])]);
  const read = await Promise.all([...ids].map((id) => readContact(id, context)));
  const contacts = new Map(read.flatMap((contact) => (contact ? [[contact.id, contact]] : [])));
  const confirmed = candidates.filter(({ id, matches }) => {
    const contact = contacts.get(id);
    return contact && matches(contact);
  });
  const [first, ...others] = [...contacts.values()].filter(
    ({ id }) => id === duplicateId || confirmed.some((candidate) => candidate.id === id),
  );
  if (others.length > 0) throw conflict(confirmed, duplicateId);
  if (!first) return undefined;
  const by = new Set(confirmed.map((candidate) => candidate.by));
  refuseSharedPhone(person, first, by);
  await rememberPerson(person, first.id, context);
  return { contact: first, by };
}

/** Search may not show the contact yet, and a lookup may miss it. */
export const rememberPerson = (person: DesiredPerson, id: string, context: ToolContext): Promise<void> =>
  setKnownPerson(keysOf(person), context, { id, at: context.clock.now() });

/** The contact with this email or phone, or else the one that was found or created for it a moment ago. */
async function lookUpCandidates(
  { kind: by, value, key }: Extract<LookupKey, { kind: 'email' | 'phone' }>,
  context: ToolContext,
): Promise<Candidate[]> {
  const args = by === 'email' ? { email: value } : { number: value };
  const answer = await readFresh(context, findDuplicateContact, args);
  if (answer.contact !== null) {
    const id = textIn(recordIn(answer, 'contact'), 'id');
    if (id === undefined) throw unreadableAnswer();
    const matches = (found: Json) => {
      if (lacksEmailOrPhone(found, by, value)) throw wrongAnswer(by, id);
      return true;
    };
    return [{ by, id, matches }];
  }
  const known = await findKnownPerson(key, context);
  return known?.id ? [{ by, id: known.id, matches: (found) => matchField(by, value, found) === 'match' }] : [];
}

/** The contacts with this value in the match field, and the one that was found or created for it a moment ago. */
async function searchCandidates(
  { kind: by, field, key }: Extract<LookupKey, { kind: 'matchField' }>,
  context: ToolContext,
): Promise<Candidate[]> {
  const { id: fieldId, value, type } = field;
  const filters = [{ field: `customFields.${fieldId}`, operator: 'eq', value }];
  const answer = await readFresh(context, searchContacts, { filters, pageLimit: 10 });
  const matches = (contact: Json) => sameValue(value, customFieldValue(contact, fieldId), type);
  const found = rowsIn(answer, 'contacts').map(({ id }): Candidate => ({ by, id: String(id), matches }));
  const known = await findKnownPerson(key, context);
  if (!known?.id || found.some(({ id }) => id === known.id)) return found;
  // HighLevel may not have stored the value of the contact that was created for it.
  return [
    ...found,
    { by, id: known.id, matches: (contact) => isBlank(customFieldValue(contact, fieldId)) || matches(contact) },
  ];
}

const firstName = ({ firstName, name }: Json): string =>
  normalizeText(firstName || name)
    .split(' ')[0]
    ?.toLowerCase() ?? '';

/** @throws Conflict for another first name with another email: a household or a shop may share the number */
function refuseSharedPhone({ fields }: DesiredPerson, contact: ContactRecord, by: FoundPerson['by']): void {
  if (!by.has('phone') || by.size > 1 || isBlank(fields.email) || isBlank(contact.email)) return;
  const [wanted, stored] = [firstName(fields), firstName(contact)];
  if (wanted === '' || stored === '' || wanted === stored) return;
  throw new Conflict(
    `phone leads to contact ${contact.id}, who has another first name and another email: nothing was written. If it is the same person, change them with update_contact; if they share the number, leave out phone, because HighLevel stores it with one contact only.`,
  );
}

/** A cache on the way may have returned the answer to another lookup. */
const wrongAnswer = (by: string, id: string): UserError =>
  new UserError(
    `HighLevel's lookup by ${by} answered with contact ${id}, which does not have that ${by}, so nothing further was written. Call again in a minute.`,
  );

function conflict(candidates: readonly Candidate[], duplicateId: string | undefined): Conflict {
  const found = new Set(candidates.map(({ by, id }) => `${by} leads to contact ${id}`));
  if (duplicateId && !candidates.some(({ id }) => id === duplicateId))
    found.add(`HighLevel names contact ${duplicateId}`);
  return new Conflict(
    `${[...found].join(', ')}: nothing was written. Compare them with get_contact; then leave out the value that belongs to another person, or, if both are one person and the user agrees, merge them with merge_contacts.`,
  );
}
