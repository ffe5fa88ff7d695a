import type { Json } from '../../../src/lib/json.ts';
import type { SandboxData } from '../../../src/sandbox/index.ts';
import { connectChanged } from '../../changed-answers.ts';
import type { Connected, Options } from '../../connect.ts';

export const DANA = 'userDana000000000001';
export const CLUB = 'b0000000000000000000000c';

type Person = SandboxData['contacts'][number];

/** A sandbox with these people, two users, two businesses and a custom field of each kind that sorts. */
export const dataOf = (contacts: readonly Partial<Person>[], more: Partial<SandboxData> = {}): SandboxData =>
  ({
    location: { timezone: 'America/Chicago', country: 'US' },
    users: [
      { id: DANA, name: 'Dana Whitfield', email: 'dana@example.com' },
      { id: 'userTheo000000000001', name: 'Theo Brandt', email: 'theo@example.com' },
    ],
    businesses: [
      { id: CLUB, name: 'Harbour Club' },
      { id: 'b0000000000000000000000d', name: 'Acme' },
    ],
    customFields: [
      { id: 'fieldVisit', name: 'Last visit', dataType: 'DATE' },
      { id: 'fieldSpent', name: 'Spent', dataType: 'MONETORY' },
      { id: 'fieldBike', name: 'Bike', dataType: 'TEXT' },
      { id: 'fieldFit', name: 'Fit', dataType: 'TEXTBOX_LIST' },
    ],
    workflows: [{ id: 'workflow-welcome', name: 'Welcome', status: 'published' }],
    contacts,
    ...more,
  }) as unknown as SandboxData;

/** A connection to a sandbox with these people, and the bodies of its searches. */
export async function openSearch(
  contacts: readonly Partial<Person>[],
  options: Options = {},
  more: Partial<SandboxData> = {},
): Promise<Connected & { readonly bodies: Json[] }> {
  const bodies: Json[] = [];
  const connected = await connectChanged(
    (answer, { url, body }) => {
      if (url.endsWith('/contacts/search')) bodies.push(JSON.parse(String(body)));
      return answer;
    },
    { timezone: 'America/Chicago', ...options, sandbox: { ...options.sandbox, data: dataOf(contacts, more) } },
  );
  return { ...connected, bodies };
}

const rowsOf = (answer: Json): Json[] => answer.contacts as Json[];
export const namesOf = (answer: Json): unknown[] => rowsOf(answer).map(({ firstName }) => firstName);

/** The first names on all pages of a search. */
export async function walk({ call }: Connected, args: Json): Promise<unknown[][]> {
  const pages: unknown[][] = [];
  for (let next: unknown = args; next !== undefined && pages.length < 50; ) {
    const answer = await call('search_contacts', next as Json);
    pages.push(namesOf(answer));
    next = answer.next;
  }
  return pages;
}
