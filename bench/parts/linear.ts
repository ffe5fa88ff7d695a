import { normalizeText, readableText, sameText } from '../../src/lib/markup.ts';
import { redactStrictly } from '../../src/lib/redact.ts';
import { entriesOf } from '../../src/tools/composite/contact-view/timeline-entries.ts';
import { ContactWriter } from '../../src/tools/composite/onboard/related-records.ts';

/** A function to measure at two input sizes; `prepare` is not measured. */
export interface Case {
  readonly what: string;
  /** Input size that takes some milliseconds; it is compared with ten times that size. */
  readonly size: number;
  readonly prepare: (size: number) => () => unknown;
}

/** Maximum ratio of processor time for ten times the input: more is worse than linear. */
export const MAX_RATIO = 15;

const ROUNDS = 15;
const long = (part: string) => (size: number) => part.repeat(Math.ceil(size / part.length));
const onText = (what: string, part: string, run: (given: string) => unknown): Case => ({
  what: `${what}: ${JSON.stringify(part)} repeated`,
  size: 20_000,
  prepare: (size) => {
    const given = long(part)(size);
    return () => run(given);
  },
});
const numbered = (size: number) => Array.from({ length: size }, (_, at) => at);
const context = {
  hasTime: () => true,
  say: () => undefined,
  clock: {
    now: () => 0,
    zone: async () => 'UTC',
    shownZone: async () => 'UTC',
    knownZone: () => 'UTC',
    locationZone: async () => 'UTC',
  },
  access: { scopes: [], forbidden: new Map() },
} as never;
const notes = (size: number) =>
  numbered(size).map((at) => ({ id: `n${at}`, body: `<b>${at}</b>`, dateAdded: '2026-11-20T15:00:00Z' }));

/** Functions that read text of any length from the CRM or the host. */
export const CASES: readonly Case[] = [
  ...['<', '</p', '<p ', '<b/', '</p ', '&lt', '<p>x</p>'].flatMap((part) => [
    onText('normalizeText', part, (given) => normalizeText(`${given}</p>`)),
    onText('readableText', part, readableText),
  ]),
  ...[' ', '\n '].map((part) => onText('readableText', part, readableText)),
  ...[
    'eyJ-',
    'eyJ',
    'eyJaaaaaaaaaaaaaaaaaa',
    'pit-',
    'pit-0000000',
    'Bearer ',
    'bearer\t\t\t\t',
    'f31175d4-',
    'abcdef0-1234',
    'client_secret=',
    'a.',
    '-',
  ].map((part) => onText('redactStrictly', part, redactStrictly)),
  onText('sameText', '<', (given) => sameText(given, `${given}</p>`)),
  {
    what: 'entriesOf: a page of a timeline with all notes',
    size: 1_000,
    prepare: (size) => {
      const all = notes(size);
      return () =>
        entriesOf({ notes: all, failed: [] }, 'newest', 0)
          .slice(0, 20)
          .map(({ row }) => row());
    },
  },
  {
    what: 'addRelatedRecords: tags, notes and tasks compared with those of a contact',
    size: 1_000,
    prepare: (size) => {
      const tags = numbered(size).map((at) => `tag ${at}`);
      const tasks = numbered(size).map((at) => ({
        id: `t${at}`,
        title: 'x',
        dueDate: '2026-11-20T15:00:00Z',
        body: `${at}`,
      }));
      const person = {
        tags,
        note: 'x',
        tasks: tasks.slice(-50),
        fields: {},
        customFields: [],
        notStored: [],
        lookupKeys: [],
        businessId: undefined,
      };
      const stored = { notes: notes(size), tasks };
      const call = async () => stored;
      const full = { ...(context as object), call } as never;
      return () => new ContactWriter({ id: 'c', tags }, full).addRelatedRecords(person, false);
    },
  },
];

/**
 * Processor time for ten times the input, as a ratio. Compares ten runs with the small input to one run with the large
 * input and takes the minimum of several rounds, which excludes slow moments of the machine.
 */
async function ratioOf({ size, prepare }: Case, rounds = ROUNDS): Promise<number> {
  const processorTime = async (run: () => unknown, times: number) => {
    const before = process.cpuUsage();
    for (let time = 0; time < times; time += 1) await run();
    const { user, system } = process.cpuUsage(before);
    return user + system;
  };
  const [some, more] = [prepare(size), prepare(size * 10)];
  let [small, large] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  await processorTime(some, 30);
  await processorTime(more, 3);
  for (let round = 0; round < rounds; round += 1) {
    small = Math.min(small, await processorTime(some, 10));
    large = Math.min(large, await processorTime(more, 1));
  }
  return (10 * large) / small;
}

/**
 * Measures again if the ratio is too high, also with a third of the input: a slow moment of the machine passes and
 * caches are full at one size only; code that is worse than linear is so each time and at both sizes.
 */
export async function confirmedRatioOf(each: Case, rounds?: number): Promise<number> {
  let ratio = await ratioOf(each, rounds);
  for (let again = 1; ratio > MAX_RATIO && again <= 6; again += 1) {
    const size = again % 2 === 0 ? Math.ceil(each.size / 3) : each.size;
    ratio = Math.min(ratio, await ratioOf({ ...each, size }));
  }
  return ratio;
}
