import type { Json } from '../../../lib/json.ts';
import { epochMs } from '../../../lib/time.ts';
import type { ReconcileContext, ReconcileResult } from '../../endpoint.ts';

export const NOT_DONE: ReconcileResult = { happened: false };
export const done = (data: Json): ReconcileResult => ({ happened: true, data });
export const unknown = (hint: string): ReconcileResult => ({ happened: undefined, hint });
export const unobservable = (hint: string): ReconcileResult => ({ happened: undefined, hint, notObservable: true });

/** ms by which the clock of the network edge, which sets the `Date` header, may differ from that of the records. */
export const EDGE_CLOCK_SKEW_MS = 300_000;

/** Whether a record was created by the uncertain write, as far as ids and times show. */
export type Age = 'new' | 'old' | 'unknown';

/** `before`: ids that existed before the write; they prove more than any clock. */
export function ageOf(
  { id, dateAdded }: Json,
  { since, until, isKnown }: ReconcileContext,
  before?: ReadonlySet<unknown>,
): Age {
  if (isKnown(id) || before?.has(id)) return 'old';
  if (before) return 'new';
  const at = epochMs(dateAdded);
  if (at >= since && at <= until) return 'new';
  return at < since - EDGE_CLOCK_SKEW_MS ? 'old' : 'unknown';
}
