import { isEmpty, isRecord, type Json, recordsOf, stableKey } from '../../../../src/lib/json.ts';
import { DIFFERENCES } from '../../../../src/tools/composite/undo/differences.ts';
import type { ContactState, State } from './world.ts';

/** A field that differs between two states of the sandbox: `contact.email`. */
export type Difference = string;

const PARTS = { tasks: 'task', notes: 'note' } as const;
type Part = keyof typeof PARTS;
const isPart = (key: string): key is Part => key in PARTS;

/** The order of these says nothing. */
const UNORDERED = new Set(['tags', 'followers', 'customFields', 'campaigns', 'workflows']);

const formOf = (key: string, value: unknown): string => {
  if (isEmpty(value)) return '';
  return UNORDERED.has(key) && Array.isArray(value) ? stableKey(value.map(stableKey).sort()) : stableKey(value);
};

const fieldsThatDiffer = (kind: string, before: Json, after: Json): Difference[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((key) => !isPart(key) && formOf(key, before[key]) !== formOf(key, after[key]))
    .map((key) => `${kind}.${key}`);

/** What a record says, whatever its ids and dates are. */
const contentOf = ({ id: _, contactId: __, dateAdded: ___, dateUpdated: ____, ...content }: Json): string =>
  stableKey(Object.fromEntries(Object.entries(content).filter(([, value]) => !isEmpty(value))));

type Pair<T> = readonly [before: T | undefined, after: T | undefined];

/** Pairs rows of the same id, then those of the same content. What is left over differs as a whole. */
function pairs<T extends Json>(before: readonly T[], after: readonly T[], isSame: (a: T, b: T) => boolean): Pair<T>[] {
  const rest = [...after];
  const take = (matches: (row: T) => boolean): T | undefined => {
    const at = rest.findIndex(matches);
    return at < 0 ? undefined : rest.splice(at, 1)[0];
  };
  const byId = before.map((row): [T, T | undefined] => [row, take(({ id }) => id === row.id)]);
  const matched = byId.map(([row, other]): Pair<T> => [row, other ?? take((candidate) => isSame(row, candidate))]);
  return [...matched, ...rest.map((row): Pair<T> => [undefined, row])];
}

const sameContact = (a: Json, b: Json): boolean =>
  ['firstName', 'lastName', 'email', 'phone'].every((key) => a[key] === b[key]);

/** Fields of the records of two states that differ, each by its kind of record. */
export function differencesBetween(before: State, after: State): Set<Difference> {
  const contacts = pairs<ContactState>(before.contacts, after.contacts, sameContact);
  const all = contacts.flatMap(([old, now]) => {
    if (!old || !now) return [old ? 'contact is missing' : 'contact is new'];
    const parts = (Object.keys(PARTS) as Part[]).flatMap((part) =>
      pairs(recordsOf(old[part]), recordsOf(now[part]), (a, b) => contentOf(a) === contentOf(b)).flatMap(
        ([one, other]) =>
          isRecord(one) && isRecord(other)
            ? fieldsThatDiffer(PARTS[part], one, other)
            : [`${PARTS[part]} is ${one ? 'missing' : 'new'}`],
      ),
    );
    return [...fieldsThatDiffer('contact', old, now), ...parts];
  });
  const location = formOf('tags', before.tags) === formOf('tags', after.tags) ? [] : ['location.tags'];
  return new Set([...all, ...location]);
}

/** The differences that the table allows after the changes of these tools were undone. */
export const allowedFor = (tools: readonly string[]): Set<Difference> =>
  new Set(
    DIFFERENCES.filter((row) => !row.tools || row.tools.some((tool) => tools.includes(tool))).flatMap(
      ({ record, fields }) => fields.map((field) => `${record}.${field}`),
    ),
  );

/** Differences that the table does not name. */
export const unexpected = (tools: readonly string[], before: State, after: State): Difference[] => {
  const allowed = allowedFor(tools);
  return [...differencesBetween(before, after)].filter((difference) => !allowed.has(difference));
};
