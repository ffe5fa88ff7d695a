import { KINDS, type Kind, type Person } from './person.ts';

/** A value that more contacts share is one of an office or a household list: it makes nobody a duplicate. */
const MAX_SHARING = 10;

/** Contacts that share one value, in the order of the list of all. */
export interface Match {
  readonly by: Kind;
  readonly value: string;
  readonly people: readonly Person[];
}

/** The strongest evidence of any two contacts of a group; the strongest first. */
const EVIDENCE = ['email+phone', 'email', 'phone', 'name'] as const;
type Evidence = (typeof EVIDENCE)[number];

/** Contacts that are linked by shared values, directly or through others. */
export interface Group {
  readonly evidence: Evidence;
  readonly people: readonly Person[];
  readonly matches: readonly Match[];
}

export interface Duplicates {
  /** The strongest evidence first, then the largest group. */
  readonly groups: readonly Group[];
  /** Values that too many contacts share, the most frequent first. */
  readonly shared: readonly Match[];
}

/** Groups of contacts with common values. Linear in the number of contacts. */
export function findGroups(people: readonly Person[]): Duplicates {
  const matches = KINDS.flatMap((by) => matchesBy(by, people));
  const links = matches.filter((match) => match.people.length <= MAX_SHARING);
  const rootOf = connect(links);
  const matchesByRoot = new Map<Person, Match[]>();
  for (const match of links) {
    const root = rootOf(first(match));
    const others = matchesByRoot.get(root);
    if (others) others.push(match);
    else matchesByRoot.set(root, [match]);
  }
  const groups = [...matchesByRoot.values()].map(groupOf);
  const rank = ({ evidence }: Group) => EVIDENCE.indexOf(evidence);
  return {
    groups: groups.sort((a, b) => rank(a) - rank(b) || b.people.length - a.people.length),
    shared: matches
      .filter((match) => match.people.length > MAX_SHARING)
      .sort((a, b) => b.people.length - a.people.length),
  };
}

function matchesBy(by: Kind, people: readonly Person[]): Match[] {
  const byValue = new Map<string, Person[]>();
  for (const person of people)
    for (const value of new Set(person.values[by])) {
      const others = byValue.get(value);
      if (others) others.push(person);
      else byValue.set(value, [person]);
    }
  return [...byValue].flatMap(([value, sharing]) => (sharing.length > 1 ? [{ by, value, people: sharing }] : []));
}

const first = ({ people: [person] }: Match): Person => person as Person;

/** Union-find: each person's representative among all who are linked with it. */
function connect(links: readonly Match[]): (person: Person) => Person {
  const parents = new Map<Person, Person>();
  const rootOf = (person: Person): Person => {
    let root = person;
    for (let parent = parents.get(root); parent; parent = parents.get(root)) root = parent;
    for (let next = person; next !== root; ) {
      const parent = parents.get(next) ?? root;
      parents.set(next, root);
      next = parent;
    }
    return root;
  };
  for (const match of links)
    for (const person of match.people) {
      const [root, other] = [rootOf(first(match)), rootOf(person)];
      if (root !== other) parents.set(other, root);
    }
  return rootOf;
}

function groupOf(matches: readonly Match[]): Group {
  const people = [...new Set(matches.flatMap((match) => match.people))];
  return { evidence: evidenceOf(matches), people, matches };
}

function evidenceOf(matches: readonly Match[]): Evidence {
  const pairsBy = (kind: Kind) => matches.filter(({ by }) => by === kind).flatMap(pairsOf);
  const byEmail = new Set(pairsBy('email'));
  if (pairsBy('phone').some((pair) => byEmail.has(pair))) return 'email+phone';
  return EVIDENCE.find((kind) => matches.some(({ by }) => by === kind)) ?? 'name';
}

/** Every two people of a match, in the order of the list of all. */
const pairsOf = ({ people }: Match): string[] =>
  people.flatMap((a, at) => people.slice(at + 1).map((b) => `${a.id} ${b.id}`));
