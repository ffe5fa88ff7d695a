import { type Json, listIn, recordIn, textIn } from '../../../lib/json.ts';
import { parsePhone, toE164 } from '../../../lib/phone.ts';
import type { Endpoint, ReconcileContext, Snapshot, SnapshotContext } from '../../endpoint.ts';
import { lacksEmailOrPhone } from '../contact-identity.ts';
import { type Age, ageOf } from './evidence.ts';

/** The reads by which a contact is found. */
export interface ContactReads {
  readonly findDuplicateContact: Endpoint;
  readonly getContact: Endpoint;
  readonly getLocation: Endpoint;
  readonly searchContacts: Endpoint;
}

interface Lookup {
  readonly args: Json;
  /** True if finding nobody proves that nobody has it. */
  readonly isConclusive: boolean;
}

/**
 * A phone lookup is conclusive only for a number without trunk prefix, extension and guessed country: HighLevel may store
 * any other as a number that this server does not expect.
 */
async function lookupsFor(sent: Json): Promise<Lookup[]> {
  const [email, phone] = [textIn(sent, 'email'), textIn(sent, 'phone')];
  const parsed = phone ? await parsePhone(phone, async () => undefined) : undefined;
  return [
    ...(email ? [{ args: { email }, isConclusive: true }] : []),
    ...(phone && parsed
      ? [{ args: { number: parsed.number }, isConclusive: parsed.certain && parsed.number === toE164(phone) }]
      : []),
  ];
}

/** Who had the email and the phone before the write, if they were looked up within the last minute. */
export const snapshotOfOwners =
  (findDuplicateContact: Endpoint) =>
  async ({ sent, recentIds }: SnapshotContext): Promise<Snapshot> =>
    (await lookupsFor(sent)).map(({ args }) => recentIds(findDuplicateContact, args));

/** A contact that has the email or phone that was sent. */
export interface Owner {
  readonly contact: Json;
  /** What it was found by, as the settings of a location name it. */
  readonly key: 'email' | 'phone';
  readonly age: Age;
}

/** `isAbsent`: nobody new was found, and the email or the phone certainly belongs to nobody. */
export async function findOwners(
  context: ReconcileContext,
  findDuplicateContact: Endpoint,
): Promise<{ owners: Owner[]; isAbsent: boolean }> {
  const owners: Owner[] = [];
  let hasNoOwner = false;
  for (const [index, { args, isConclusive }] of (await lookupsFor(context.sent)).entries()) {
    const contact = recordIn(await context.read(findDuplicateContact, args), 'contact');
    if (
      contact &&
      (lacksEmailOrPhone(contact, 'email', args.email) || lacksEmailOrPhone(contact, 'phone', args.number))
    )
      throw new Error('the lookup answered with a contact that has neither this email nor this phone');
    hasNoOwner ||= !contact && isConclusive;
    if (contact && owners.every((owner) => owner.contact.id !== contact.id))
      owners.push({
        contact,
        key: args.email ? 'email' : 'phone',
        age: ageOf(contact, context, context.snapshot?.[index]),
      });
  }
  // HighLevel may have stored one of the two and left out the other.
  return { owners, isAbsent: hasNoOwner && owners.every(({ age }) => age === 'old') };
}

/** What an owner shows about an uncertain create. It proves nothing: HighLevel may refuse a create and do it all the same. */
export async function explainOwner(owner: Owner, context: ReconcileContext, getLocation: Endpoint): Promise<string> {
  const id = textIn(owner.contact, 'id');
  if (owner.age !== 'old') return `Contact ${id} has this email or phone: it may be the new contact, or an older one. `;
  return (await refusesDuplicates(owner, context, getLocation))
    ? `The older contact ${id} has this ${owner.key}, and this location allows no second one: most likely nothing was created, and get_contact shows that contact. `
    : 'An older contact has this email or phone; if this location allows duplicates, there may be a second one. ';
}

/** Whether the settings of the location forbid a second contact with this email or phone; false if they cannot be read. */
async function refusesDuplicates({ key }: Owner, { read }: ReconcileContext, getLocation: Endpoint): Promise<boolean> {
  const location = recordIn(await read(getLocation, {}).catch(() => undefined), 'location');
  const settings = recordIn(location, 'settings');
  return settings?.allowDuplicateContact === false && listIn(settings, 'contactUniqueIdentifiers').includes(key);
}
