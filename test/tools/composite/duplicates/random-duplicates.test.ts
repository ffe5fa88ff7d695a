import { expect, test } from 'vitest';
import type { Json } from '../../../../src/lib/json.ts';
import type { SandboxData } from '../../../../src/sandbox/index.ts';
import { connect, READ } from '../../../connect.ts';
import { randomOf } from '../../../random.ts';

type Person = SandboxData['contacts'][number];
const KINDS = ['email', 'phone', 'name'] as const;
type Kind = (typeof KINDS)[number];
const WORLDS = 40;
const MAX_SHARING = 10;

const seed = Number(process.env.DUPLICATES_SEED ?? Date.now() % 1_000_000);

/** A contact in the spellings that the API takes, and its values as they must be compared. */
interface Entry {
  readonly contact: Person & { id: string };
  readonly values: Record<Kind, Set<string>>;
}

function randomEntries(random: () => number): Entry[] {
  const below = (count: number) => Math.floor(random() * count);
  const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T;
  const count = 2 + below(60);
  // The fewer values there are, the more contacts share one.
  const range = 3 + below(80);
  const first = ['Ana', 'José', 'Zoë', 'Maria'];
  const last = ['Diaz', 'Núñez', 'Oak', 'Li', 'Brandt'];
  const plain = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
  const respelt = (text: string) => pick([text, text.toUpperCase(), plain(text), ` ${text} `]);
  return Array.from({ length: count }, (_, i) => {
    const values: Entry['values'] = { email: new Set(), phone: new Set(), name: new Set() };
    const email = () => {
      const value = `p${below(range)}@example.com`;
      values.email.add(value);
      return pick([value, value.toUpperCase()]);
    };
    const phone = () => {
      const four = String(below(range)).padStart(4, '0');
      values.phone.add(`+1512555${four}`);
      return pick([`+1512555${four}`, `(512) 555-${four}`, `+1 512 555 ${four}`, `512.555.${four}`]);
    };
    const [firstName, lastName] = [pick(first), pick(last)];
    const isNamed = random() < 0.4;
    if (isNamed) values.name.add(plain(`${firstName} ${lastName}`));
    const contact = {
      id: `person${String(i).padStart(14, '0')}`,
      firstName: isNamed ? respelt(firstName) : firstName,
      ...(isNamed ? { lastName: respelt(lastName) } : {}),
      ...(random() < 0.6 ? { email: email() } : {}),
      ...(random() < 0.6 ? { phone: phone() } : {}),
      ...(random() < 0.2 ? { additionalEmails: [email()] } : {}),
      ...(random() < 0.2 ? { additionalPhones: [phone()] } : {}),
    };
    return { contact, values };
  });
}

/** Groups by comparing every two contacts, until nothing changes. */
function naiveGroups(entries: readonly Entry[]): string[] {
  const sharing = (kind: Kind, value: string) => entries.filter(({ values }) => values[kind].has(value)).length;
  const common = (kind: Kind, a: Entry, b: Entry) =>
    [...a.values[kind]].filter((value) => b.values[kind].has(value) && sharing(kind, value) <= MAX_SHARING);
  const linked = (a: Entry, b: Entry) => KINDS.filter((kind) => common(kind, a, b).length > 0);
  const groups = entries.map((entry) => new Set([entry]));
  for (let changed = true; changed; ) {
    changed = false;
    for (const one of groups)
      for (const other of groups)
        if (one !== other && [...one].some((a) => [...other].some((b) => linked(a, b).length > 0))) {
          for (const entry of other) one.add(entry);
          other.clear();
          changed = true;
        }
  }
  return groups
    .filter((group) => group.size > 1)
    .map((group) => {
      const all = [...group];
      const pairs = all.flatMap((a) => all.filter((b) => b !== a).map((b) => linked(a, b)));
      const has = (...kinds: Kind[]) => pairs.some((pair) => kinds.every((kind) => pair.includes(kind)));
      const evidence = has('email', 'phone') ? 'email+phone' : KINDS.find((kind) => has(kind));
      return [evidence, ...all.map(({ contact }) => contact.id).sort()].join(' ');
    })
    .sort();
}

test(`in random locations the groups are those that a naive comparison finds (DUPLICATES_SEED=${seed})`, async () => {
  console.log(`DUPLICATES_SEED=${seed}`);
  const random = randomOf(seed);
  let found = 0;
  for (let round = 0; round < WORLDS; round += 1) {
    const entries = randomEntries(random);
    const contacts = entries.map(({ contact }) => contact);
    const { call } = await connect({ scopes: READ, sandbox: { data: { contacts } } });
    const groups: string[] = [];
    for (let args: unknown = { limit: 100 }; args; ) {
      const answer = await call('find_duplicates', args as Json);
      for (const { evidence, contacts: rows, contactsInGroup = rows.length } of answer.groups as Shown[]) {
        expect(contactsInGroup).toBeLessThanOrEqual(60);
        groups.push(
          [evidence, ...rows.map(({ id }) => id).sort(), ...Array(contactsInGroup - rows.length).fill('…')].join(' '),
        );
      }
      args = answer.next;
    }
    found += groups.length;
    expect(groups.map(shown).sort(), `world ${round}`).toEqual(naiveGroups(entries).map(shown).sort());
  }
  expect(found).toBeGreaterThan(WORLDS);
});

interface Shown {
  readonly evidence: string;
  readonly contacts: readonly { readonly id: string }[];
  readonly contactsInGroup?: number;
}

/** Of a group with more contacts than are shown: its evidence and size. */
const shown = (group: string): string => {
  const [evidence, ...ids] = group.split(' ');
  return ids.length > 20 ? `${evidence} of ${ids.length}` : group;
};
