import type { Json } from '../../lib/json.ts';
import type { Endpoint, Snapshot } from '../endpoint.ts';

/** A write, and what was known when it started. */
export interface StartedWrite {
  readonly endpoint: Endpoint;
  /** Arguments as they are sent. */
  readonly sent: Json;
  /** The location that it is sent to; it is reconciled in no other. */
  readonly locationId: string;
  /** Monotonic ms. */
  readonly startedAt: number;
  readonly snapshot: Snapshot | undefined;
  /** Monotonic ms by which the caller needs the outcome. */
  readonly deadline: number | undefined;
}
