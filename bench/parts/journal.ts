import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BenchContext } from '../context.ts';
import { type Figure, lowestOf, median } from '../figure.ts';
import type { ServerProcess } from '../server-process.ts';

/** Largest ratio of a write with the journal to one without; the read before a write is not counted. */
const MAX_RATIO = 1.15;

const CALLS = 600;
const WARM_UP = 300;
const MORE_ATTEMPTS = 3;

interface Write {
  readonly what: string;
  readonly tool: string;
  readonly args: (n: number) => object;
  /** True if the contact is read before each call, as in most conversations; that read is not measured. */
  readonly isRead: boolean;
  readonly hasBound: boolean;
}

const update = { tool: 'update_contact', args: (n: number) => ({ city: `City ${n}` }) };
const WRITES: readonly Write[] = [
  {
    what: 'a note is created',
    tool: 'create_contact_note',
    args: (n) => ({ body: `Note ${n}` }),
    isRead: false,
    hasBound: true,
  },
  { what: 'a contact that was just read is updated', ...update, isRead: true, hasBound: true },
  { what: 'another contact is updated: it is read before', ...update, isRead: false, hasBound: false },
];

/** The median duration of a write with the journal, relative to the median without. */
export async function journalFigures(context: BenchContext): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-journal-'));
  const settings = { GHL_SCOPES: 'contacts.readonly contacts.write', GHL_CONFIRM: 'off' };
  const servers: ServerProcess[] = [];
  for (const path of ['off', join(folder, 'journal.jsonl')])
    servers.push(await context.warmServer(context.programs.ours, { ...settings, GHL_JOURNAL: path }));
  const figures: Figure[] = [];
  for (const write of WRITES) {
    const measure = () => ratioOf(write, context, servers);
    const bound = { most: MAX_RATIO };
    figures.push(
      write.hasBound
        ? { what: write.what, value: await lowestOf(measure, MAX_RATIO, MORE_ATTEMPTS), bound }
        : { what: write.what, value: await measure() },
    );
  }
  for (const server of servers) server.end();
  await rm(folder, { recursive: true });
  return figures;
}

/** Calls with and without the journal alternate, so that a slow moment of the machine affects both. */
async function ratioOf(
  { tool, args, isRead }: Write,
  { contacts }: BenchContext,
  servers: readonly ServerProcess[],
): Promise<number> {
  const durations = servers.map((): number[] => []);
  for (const [n, contactId] of contacts.take(WARM_UP + CALLS).entries()) {
    for (const [i, server] of servers.entries()) {
      if (isRead) await server.callDuration(contactId);
      const duration = await server.callDuration(contactId, tool, args(n));
      if (n >= WARM_UP) durations[i]?.push(duration);
    }
  }
  const [without = Number.NaN, withJournal = Number.NaN] = durations.map(median);
  return withJournal / without;
}
