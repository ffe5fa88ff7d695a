import { fullName } from '../../../api/contact-name.ts';
import { ApiError } from '../../../api/errors.ts';
import { matchField } from '../../../api/write/compare.ts';
import { isEmpty, type Json } from '../../../lib/json.ts';
import { normalizeText } from '../../../lib/markup.ts';
import { updateContact } from '../../contacts.ts';
import type { ToolContext } from '../../core/context.ts';

import { type CustomValue, contains, heldIn, holdersOf, labelOf, sameValue } from '../custom-field-values.ts';
import { Conflict, type Found, readContact } from './find-person.ts';
import type { Person } from './parse-person.ts';

export interface Change {
  readonly field: string;
  readonly old?: unknown;
  readonly new?: unknown;
}

/** A field that HighLevel did not take, or that is not changed here. */
export interface Unstored {
  readonly field: string;
  readonly reason: string;
}

export interface Fields {
  readonly changed: readonly Change[];
  readonly notStored: readonly Unstored[];
}

/** One field as it is wanted, and how a contact is asked about it. */
interface Wish {
  readonly field: string;
  readonly value: unknown;
  readonly custom?: CustomValue;
  /** What a contact has of it; undefined where that cannot be told. */
  readonly held: (contact: Json) => unknown;
  readonly agrees: (contact: Json) => boolean;
}

const REASON = {
  unknown: 'This location has no such custom field.',
  lost: 'HighLevel took the call but does not show the value: it does not fit the type of the field, or the field is not known.',
  creation: 'HighLevel takes it only when a contact is created.',
  empty: 'An empty value empties nothing here; update_contact does, with clear.',
};

/** Fields whose own comparison would call a difference a doubt. */
const AGREES: Readonly<Record<string, (value: unknown, contact: Json) => boolean>> = {
  name: (value, contact) => normalizeText(value) === normalizeText(fullName(contact)),
  dndSettings: (value, contact) =>
    Object.entries(value as Json).every(([channel, given]) =>
      contains((contact.dndSettings as Json | undefined)?.[channel] ?? { status: 'inactive' }, given),
    ),
  inboundDndSettings: (value, contact) => contains(contact.inboundDndSettings, value),
};

function wishes({ fields, custom }: Person): Wish[] {
  // The parts of a name win over the whole.
  const { name, ...rest } = fields;
  const partly = !isEmpty(rest.firstName) || !isEmpty(rest.lastName);
  const plain = Object.entries(partly || name === undefined ? rest : fields).map(
    ([field, value]): Wish => ({
      field,
      value,
      held: (contact) => (field === 'name' ? normalizeText(fullName(contact)) : contact[field]),
      agrees: (contact) => AGREES[field]?.(value, contact) ?? matchField(field, value, contact) === 'match',
    }),
  );
  const special = custom.map(
    (each): Wish => ({
      field: labelOf(each),
      value: each.value,
      custom: each,
      held: (contact) => (each.id === undefined ? undefined : heldIn(contact, each.id)),
      // Without its id nobody knows which of the contact's fields it is: it is sent, and then it shows.
      agrees: (contact) => each.id !== undefined && sameValue(each.value, heldIn(contact, each.id), each.type),
    }),
  );
  return [...plain, ...special];
}

const named = ({ id, key, value }: CustomValue): Json => (id === undefined ? { key, value } : { id, value });

/** Arguments of `create_contact` or `update_contact`; what is empty is left out. */
function argumentsOf(some: readonly Wish[]): Json {
  const full = some.filter(({ value }) => !isEmpty(value));
  const custom = full.flatMap((wish) => (wish.custom ? [named(wish.custom)] : []));
  const plain = full.filter((wish) => !wish.custom).map(({ field, value }) => [field, value]);
  return { ...Object.fromEntries(plain), ...(custom.length > 0 ? { customFields: custom } : {}) };
}

export const newContact = (person: Person): Json => ({
  ...argumentsOf(wishes(person)),
  ...(person.tags.length > 0 ? { tags: person.tags } : {}),
});

const unknownOnes = ({ unknown }: Person): Unstored[] =>
  unknown.map((name) => ({ field: `customFields.${name}`, reason: REASON.unknown }));

/** What a contact just made with all fields does not show of its custom fields, where it could be read. */
export function lostAtCreation(person: Person, contact: Json | undefined): Unstored[] {
  const lost = person.custom.filter((each) => contact && !isEmpty(each.value) && !shows(each, contact));
  return [...unknownOnes(person), ...lost.map((each) => ({ field: labelOf(each), reason: REASON.lost }))];
}

const shows = (custom: CustomValue, contact: Json): boolean =>
  custom.id === undefined
    ? holdersOf(contact, custom).length > 0
    : sameValue(custom.value, heldIn(contact, custom.id), custom.type);

export interface Update {
  readonly wishes: readonly Wish[];
  /** What is known not to change before anything is sent. */
  readonly notStored: readonly Unstored[];
}

/** What of a person differs from the contact found. What led to it is there, also where it is not the first of its kind. */
export function updateOf(person: Person, { contact, by }: Found): Update {
  const differs = wishes(person).filter(
    (wish) =>
      !(wish.field === 'email' && by.has('email')) &&
      !(wish.field === 'phone' && by.has('phone')) &&
      !wish.agrees(contact),
  );
  const reasonFor = (wish: Wish): string | undefined => {
    if (isEmpty(wish.value)) return isEmpty(wish.held(contact)) ? undefined : REASON.empty;
    return wish.field === 'gender' ? REASON.creation : undefined;
  };
  const notStored = differs.flatMap((wish) => {
    const reason = reasonFor(wish);
    return reason ? [{ field: wish.field, reason }] : [];
  });
  return {
    wishes: differs.filter((wish) => !isEmpty(wish.value) && wish.field !== 'gender'),
    notStored: [...unknownOnes(person), ...notStored],
  };
}

/**
 * Sends what differs, and tells by the answer what came of it.
 * @throws Conflict where an email or phone belongs to another contact; ApiError where HighLevel refuses or fails
 */
export async function update(
  { wishes: some, notStored }: Update,
  { contact, by }: Found,
  context: ToolContext,
): Promise<Fields & { readonly contact: Json }> {
  try {
    const answer = await context.call(updateContact, { contactId: contact.id, ...argumentsOf(some) });
    const after = (answer.contact as Json | undefined) ?? (await readContact(contact.id, context)) ?? contact;
    const results = outcomes(some, contact, after);
    return { ...results, notStored: [...notStored, ...results.notStored], contact: after };
  } catch (error) {
    const other = existingId(error);
    if (other !== undefined)
      throw new Conflict(
        `${[...by].join(' and ') || 'HighLevel'} leads to contact ${contact.id}, but the email or phone given belongs to contact ${other}: nothing was written. Leave out what belongs to the other, or have the owner merge them in HighLevel.`,
      );
    const left = some.filter(({ field }) => !refusedFields(error).has(field));
    if (left.length === some.length) throw error;
    const refused = some
      .filter((wish) => !left.includes(wish))
      .map(({ field }) => ({ field, reason: REASON.creation }));
    const rest = { wishes: left, notStored: [...notStored, ...refused] };
    return left.length > 0
      ? update(rest, { contact, by }, context)
      : { changed: [], notStored: rest.notStored, contact };
  }
}

/** The contact that is there already, where that is why. */
export const existingId = (error: unknown): string | undefined =>
  error instanceof ApiError ? error.existing : undefined;

/** Fields that the update does not know: `companyName` is one in some accounts. */
const refusedFields = (error: unknown): Set<string | undefined> =>
  error instanceof ApiError && error.status === 422
    ? new Set([...error.message.matchAll(/property (\w+) should not exist/g)].map((match) => match[1]))
    : new Set();

function outcomes(some: readonly Wish[], before: Json, after: Json): Fields {
  const changed: Change[] = [];
  const notStored: Unstored[] = [];
  for (const wish of some) {
    const { field, custom } = wish;
    if (custom && custom.id === undefined) {
      const holders = holdersOf(after, custom);
      const fresh = holders.find((id) => !sameValue(custom.value, heldIn(before, String(id)), custom.type));
      if (fresh !== undefined) changed.push({ field, old: heldIn(before, String(fresh)), new: custom.value });
      else if (holders.length === 0) notStored.push({ field, reason: REASON.lost });
    } else if (wish.agrees(after)) changed.push({ field, old: wish.held(before), new: wish.held(after) });
    else notStored.push({ field, reason: REASON.lost });
  }
  return { changed, notStored };
}
