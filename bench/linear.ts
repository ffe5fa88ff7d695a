import { normalizeText, readableText, sameText } from '../src/lib/markup.ts';
import { redactStrictly } from '../src/lib/redact.ts';
import { entriesOf } from '../src/tools/composite/contact-view/timeline-entries.ts';
import { planParts } from '../src/tools/composite/onboard/related-records.ts';

/** Work on an input of a size; what is made beforehand is not measured. */
export interface Work {
  readonly what: string;
  /** Size that takes some milliseconds; ten times as much is compared with it. */
  readonly size: number;
  readonly prepare: (size: number) => () => unknown;
}

/** Ten times the input may take this many times as long: more is worse than linear. */
export const MOST = 15;

const ROUNDS = 15;
const long = (part: string) => (size: number) => part.repeat(Math.ceil(size / part.length));
const onText = (what: string, part: string, work: (given: string) => unknown): Work => ({
  what: `${what} of ${JSON.stringify(part)}`,
  size: 20_000,
  prepare: (size) => {
    const given = long(part)(size);
    return () => work(given);
  },
});
const numbered = (size: number) => Array.from({ length: size }, (_, at) => at);
const context = {
  hasTime: () => true,
  say: () => undefined,
  clock: { now: () => 0, zone: async () => 'UTC', locationZone: async () => 'UTC' },
  access: { scopes: [], forbidden: new Map() },
} as never;
const notes = (size: number) =>
  numbered(size).map((at) => ({ id: `n${at}`, body: `<b>${at}</b>`, dateAdded: '2026-11-20T15:00:00Z' }));

/** Everything that reads what arrives from the CRM or the host, however long it is made. */
export const WORKS: readonly Work[] = [
  ...['<', '</p', '<p ', '<b/', '</p ', '&lt', '<p>x</p>'].flatMap((part) => [
    onText('text', part, (given) => normalizeText(`${given}</p>`)),
    onText('seen', part, readableText),
  ]),
  ...[' ', '\n '].map((part) => onText('seen', part, readableText)),
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
    what: 'a page of a timeline over all notes',
    size: 1_000,
    prepare: (size) => {
      const all = notes(size);
      return () =>
        entriesOf({ notes: all, failed: [] }, 0)
          .slice(0, 20)
          .map(({ row }) => row());
    },
  },
  {
    what: 'tags, notes and tasks compared with those of a contact',
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
        custom: [],
        unknown: [],
        reach: [],
        businessId: undefined,
      };
      const stored = { notes: notes(size), tasks };
      const call = async () => stored;
      return () => planParts(person, { id: 'c', tags }, false, [], { ...(context as object), call } as never);
    },
  },
];

/**
 * How many times the processor time ten times the input takes. Ten runs on the small input are held against one on the
 * large one; the least of some rounds counts, for a slow moment of the machine is no work.
 */
async function ratioOf({ size, prepare }: Work, rounds = ROUNDS): Promise<number> {
  const spent = async (work: () => unknown, times: number) => {
    const before = process.cpuUsage();
    for (let time = 0; time < times; time += 1) await work();
    const { user, system } = process.cpuUsage(before);
    return user + system;
  };
  const [some, more] = [prepare(size), prepare(size * 10)];
  let [least, most] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  await spent(some, 30);
  await spent(more, 3);
  for (let round = 0; round < rounds; round += 1) {
    least = Math.min(least, await spent(some, 10));
    most = Math.min(most, await spent(more, 1));
  }
  return (10 * most) / least;
}

/** A slow moment of the machine is measured again; slow work stays slow. */
export async function steadyRatioOf(work: Work, rounds?: number): Promise<number> {
  let ratio = await ratioOf(work, rounds);
  for (let again = 0; ratio > MOST && again < 4; again += 1) ratio = Math.min(ratio, await ratioOf(work));
  return ratio;
}
