import type { Endpoint } from '../../api/endpoint.ts';
import { EDGE_CLOCK_SKEW_MS } from '../../api/write/strategies/evidence.ts';
import { type Json, recordIn, textIn } from '../../lib/json.ts';
import { epochMs, readTime } from '../../lib/time.ts';
import type { ToolContext } from '../core/context.ts';
import { RefusedCall } from '../core/permissions.ts';

/** The record was updated after `ifUnchangedSince`, or may have been; nothing was written. */
export class Changed extends RefusedCall {
  readonly kind = 'changed';
}

/**
 * The record that a write changes, read past the cache, if its `dateUpdated` is not later than the argument
 * `ifUnchangedSince`; undefined without that argument. HighLevel has no conditional writes: what is stored between this read
 * and the write is not noticed.
 * @throws Changed; ApiError if the record cannot be read
 */
export async function readUnchanged(
  { unchangedSince: source }: Endpoint,
  args: Json,
  { call, clock, api, notify }: Pick<ToolContext, 'call' | 'clock' | 'api' | 'notify'>,
): Promise<Json | undefined> {
  const given = textIn(args, 'ifUnchangedSince');
  if (!source || given === undefined) return undefined;
  const { iso, echo } = await readTime('ifUnchangedSince', given, clock, 'start');
  if (echo) notify(`ifUnchangedSince read as ${echo}.`);
  const contactId = textIn(args, 'contactId');
  const record = recordIn(await call(source.read, { contactId }, 'interactive', { fresh: true }), source.kind) ?? {};
  const since = epochMs(iso);
  const updated = epochMs(record.dateUpdated);
  const what = `${source.kind} ${contactId}`;
  if (Number.isNaN(updated))
    throw new Changed(
      `HighLevel does not say when ${what} was last updated, so ifUnchangedSince cannot be checked; nothing was written. Compare it with ${source.read.name}, and call again without ifUnchangedSince.`,
      contactId,
    );
  // Answers show times to the second.
  const shown = /\.\d/.test(given) ? updated : Math.floor(updated / 1_000) * 1_000;
  if (shown > since)
    throw new Changed(
      `The ${what} was updated at ${inUtc(updated)}, later than ifUnchangedSince (${inUtc(since)}); nothing was written. Read it with ${source.read.name}, check that the change still fits, and call again with its dateUpdated.`,
      contactId,
    );
  if (since > Math.max(updated, api.serverNow() + EDGE_CLOCK_SKEW_MS))
    throw new Changed(
      `ifUnchangedSince (${inUtc(since)}) lies in the future: it is ${inUtc(api.serverNow())} by HighLevel's clock; nothing was written. Give the dateUpdated that ${source.read.name} shows.`,
      contactId,
    );
  return record;
}

const inUtc = (ms: number): string => new Date(ms).toISOString();
