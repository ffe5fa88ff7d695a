import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SandboxData } from '../src/sandbox/public.ts';

/** More than the calls of any part between two uses of one contact, and many more than answers are cached. */
const COUNT = 12_000;
const USERS = ['Maya Ortiz', 'Tom Becker', 'Sofia Lind'];
const FIELD = { id: 'F'.repeat(20), name: 'Bike', fieldKey: 'contact.bike', dataType: 'TEXT' };

const idOf = (n: number) => `c${String(n).padStart(19, '0')}`;

/** Writes the contacts into a file for the sandbox; each has a user and a custom field, whose names answers show. */
export async function writeContacts(folder: string): Promise<string> {
  const contacts = Array.from({ length: COUNT }, (_, n) => ({
    id: idOf(n),
    firstName: `Person ${n}`,
    lastName: 'Bench',
    email: `p${n}@bench.example`,
    city: 'Austin',
    tags: ['bench'],
    assignedTo: USERS[n % USERS.length] ?? '',
    customFields: [{ id: FIELD.id, field_value: `Bike ${n}` }],
  }));
  const location = { timezone: 'America/Chicago', country: 'US' };
  const data = {
    location,
    contacts,
    users: USERS.map((name) => ({ name })),
    customFields: [FIELD],
  } satisfies SandboxData;
  const path = join(folder, 'contacts.json');
  await writeFile(path, JSON.stringify(data));
  return path;
}

/** Gives out the contacts in turn, so that each call is for another one and no answer comes from a cache. */
export class ContactIds {
  #next = 0;

  take(count: number): string[] {
    return Array.from({ length: count }, () => idOf(this.#next++ % COUNT));
  }
}
