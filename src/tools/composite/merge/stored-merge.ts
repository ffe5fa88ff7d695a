import { createHash } from 'node:crypto';
import * as z from 'zod';
import { UserError } from '../../../lib/errors.ts';
import type { RecordFolder } from '../../../lib/record-folder.ts';
import { epochMs } from '../../../lib/time.ts';
import type { ToolContext } from '../../core/context.ts';

/** Version of the records. */
const VERSION = 1;

/** Complete merges whose records are kept; the oldest are deleted in groups. */
const MAX_COMPLETE = 200;
const SWEPT_AT_ONCE = 50;

const Record = z.record(z.string(), z.unknown());

/** A merge that was confirmed, with both contacts as they were. Once it is complete only the first fields are left. */
const StoredMergeSchema = z.object({
  v: z.literal(VERSION),
  keep: z.string(),
  remove: z.string(),
  /** For the journal: all writes of the merge, whichever process sends them. */
  group: z.string(),
  /** ISO times in UTC: when the owner last agreed, and when it was complete. */
  agreedAt: z.string(),
  completedAt: z.string().optional(),
  prefer: z.array(z.string()).default([]),
  /** Fields that HighLevel refused to set. */
  refused: z.array(z.string()).default([]),
  keptBefore: Record.default({}),
  removedBefore: z
    .object({ contact: Record, notes: z.array(Record), tasks: z.array(Record), appointments: z.array(Record) })
    .default({ contact: {}, notes: [], tasks: [], appointments: [] }),
});
export type StoredMerge = z.infer<typeof StoredMergeSchema>;

type WithState = Pick<ToolContext, 'state'>;

/** Hashes, since some file systems ignore the case of ids. */
const hashOf = (contactId: string, { state: { locationId } }: WithState): string =>
  createHash('sha256')
    .update(`${locationId ?? ''}\n${contactId}`)
    .digest('hex')
    .slice(0, 24);

const fileNameOf = ({ keep, remove }: Pick<StoredMerge, 'keep' | 'remove'>, context: WithState): string =>
  `${hashOf(keep, context)}-${hashOf(remove, context)}`;

/** The merges that one of these contacts is, or was, a part of. @throws UserError for one that cannot be read */
export async function findMerges(contactIds: readonly string[], context: WithState): Promise<StoredMerge[]> {
  const { merges } = context.state;
  const wanted = new Set(contactIds.map((id) => hashOf(id, context)));
  const names = (await merges.names()).filter((name) => name.split('-').some((part) => wanted.has(part)));
  const found: StoredMerge[] = [];
  for (const name of names) {
    const stored = await merges.read(name);
    if (stored === undefined) continue;
    const { success, data } = StoredMergeSchema.safeParse(stored);
    if (!success)
      throw new UserError(
        `The record ${name} of an earlier merge of these contacts was not written by this version, or is damaged; nothing was sent. The owner deletes it from the folder "merges" of this server's state, and then calls again.`,
      );
    found.push(data);
  }
  return found;
}

/** Resolves when it is on the disk. @throws RecordUnwritable */
export const storeMerge = (merge: StoredMerge, context: WithState): Promise<void> =>
  context.state.merges.write(fileNameOf(merge, context), merge);

export const dropMerge = (merge: StoredMerge, context: WithState): Promise<void> =>
  context.state.merges.remove(fileNameOf(merge, context));

/** What stays of a merge, so that a later call can say that it was done. It holds nothing of the contacts. */
export async function completeMerge(
  { v, keep, remove, group, agreedAt }: StoredMerge,
  now: number,
  context: WithState,
): Promise<void> {
  await context.state.merges.write(fileNameOf({ keep, remove }, context), {
    ...{ v, keep, remove, group, agreedAt },
    completedAt: new Date(now).toISOString(),
  });
  await sweepComplete(context.state.merges);
}

async function sweepComplete(merges: RecordFolder): Promise<void> {
  const names = await merges.names();
  if (names.length <= MAX_COMPLETE) return;
  const complete: { name: string; at: number }[] = [];
  for (const name of names) {
    const { data } = StoredMergeSchema.safeParse(await merges.read(name).catch(() => undefined));
    if (data?.completedAt !== undefined) complete.push({ name, at: epochMs(data.completedAt) });
  }
  if (complete.length <= MAX_COMPLETE) return;
  const oldest = complete.sort((a, b) => a.at - b.at).slice(0, complete.length - MAX_COMPLETE + SWEPT_AT_ONCE);
  for (const { name } of oldest) await merges.remove(name);
}
