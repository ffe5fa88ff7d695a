import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServerProcess, type sandboxProcess } from './server-process.ts';
import { median } from './start.ts';

/** Largest ratio of a write with the journal to one without; the read before a write is not counted. */
export const MAX_JOURNAL_RATIO = 1.15;

const CALLS = 600;
const WARM_UP = 300;
/** A figure above its bound is measured again: a slow moment of the machine passes, a slow journal does not. */
const MORE_ATTEMPTS = 3;

interface JournalFigure {
  readonly what: string;
  /** Median duration with the journal, relative to the median without. */
  readonly ratio: number;
  readonly bound?: number;
}

interface Write {
  readonly what: string;
  readonly tool: string;
  readonly args: (n: number) => object;
  /** True if the contact is read before each call, as in most conversations; that read is not measured. */
  readonly isRead: boolean;
  readonly bound?: number;
}

const update = { tool: 'update_contact', args: (n: number) => ({ city: `City ${n}` }) };
const WRITES: readonly Write[] = [
  {
    what: 'a note is created',
    tool: 'create_contact_note',
    args: (n) => ({ body: `Note ${n}` }),
    isRead: false,
    bound: MAX_JOURNAL_RATIO,
  },
  { what: 'a contact that was just read is updated', ...update, isRead: true, bound: MAX_JOURNAL_RATIO },
  { what: 'another contact is updated: it is read before', ...update, isRead: false },
];

export async function journalFigures({
  env,
  ids,
}: Pick<Awaited<ReturnType<typeof sandboxProcess>>, 'env' | 'ids'>): Promise<JournalFigure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-journal-'));
  const scopes = { GHL_SCOPES: 'contacts.readonly contacts.write', GHL_CONFIRM: 'off' };
  const journals = ['off', join(folder, 'journal.jsonl')];
  const servers = journals.map(
    (path) => new ServerProcess(['dist/index.js'], { ...env, ...scopes, GHL_JOURNAL: path }),
  );
  for (const server of servers) await server.initialize();
  const figures: JournalFigure[] = [];
  for (const write of WRITES) {
    const { what, bound } = write;
    let ratio = await ratioOf(write, ids, servers);
    for (let again = 0; bound !== undefined && ratio > bound && again < MORE_ATTEMPTS; again += 1)
      ratio = Math.min(ratio, await ratioOf(write, ids, servers));
    figures.push({ what, ratio, ...(bound === undefined ? {} : { bound }) });
  }
  for (const server of servers) server.end();
  await rm(folder, { recursive: true });
  return figures;
}

/** Calls with and without the journal alternate, so that a slow moment of the machine affects both. */
async function ratioOf(
  { tool, args, isRead }: Write,
  ids: readonly string[],
  servers: readonly ServerProcess[],
): Promise<number> {
  const durations = servers.map((): number[] => []);
  for (let n = 0; n < WARM_UP + CALLS; n += 1) {
    const contact = ids.slice(n % ids.length).slice(0, 1);
    for (const [i, server] of servers.entries()) {
      if (isRead) await server.callDurations(contact);
      const [duration = Number.NaN] = await server.callDurations(contact, tool, args(n));
      if (n >= WARM_UP) durations[i]?.push(duration);
    }
  }
  const [without = Number.NaN, withJournal = Number.NaN] = durations.map(median);
  return withJournal / without;
}
