import type { Json } from '../../lib/json.ts';

/** What a settlement may look at after a write got no answer it can trust. */
export interface ReconcileContext {
  /** Arguments of the write as they were sent. */
  readonly sent: Json;
  /**
   * Epoch ms by HighLevel's clock between which the write was done, if it was, with room for a clock that ticks in
   * seconds. To be asked for after a read: before the first answer nobody knows that clock.
   */
  readonly since: number;
  readonly until: number;
  /** What `before` saw, where the settlement has one and it could be read. */
  readonly snapshot?: Json | undefined;
  /** Ids this server is known to have made before: never taken for the write in doubt. */
  readonly isKnown: (id: unknown) => boolean;
  /** Reads through an endpoint by its tool's name; undefined where HighLevel says that there is no such thing. */
  readonly read: (tool: string, args: Json) => Promise<Json | undefined>;
}

/** Done, with the answer HighLevel would have given; not done; or not to be known, with what does tell. */
export type ReconcileResult =
  | { readonly happened: true; readonly data: Json }
  | { readonly happened: false }
  /** `unseen`: no read shows it, whatever the write has done. */
  | { readonly happened: undefined; readonly hint: string; readonly notObservable?: true };

/** What may be looked at before a write. */
export interface SnapshotContext extends Pick<ReconcileContext, 'sent' | 'read'> {
  /** Ids that a read gave moments ago; undefined where it was not asked. */
  readonly recentIds: (tool: string, args: Json) => readonly unknown[] | undefined;
}

/** How a write in doubt is settled: by looking, never by repeating. */
export interface ReconcileStrategy {
  /** For the documentation. */
  readonly description: string;
  /** True where the write makes something new each time it is done. */
  readonly createsRecord?: true;
  /** What was there before the write, as far as it is at hand; read where the thing itself carries no time. */
  readonly snapshotBefore?: (check: SnapshotContext) => Promise<Json | undefined>;
  readonly check: (look: ReconcileContext) => Promise<ReconcileResult>;
  /**
   * Whether the record that a later attempt was refused for is the one that an earlier attempt made: done; not done
   * where it is somebody else's.
   */
  readonly isOwn?: (look: ReconcileContext, existing: string) => Promise<ReconcileResult>;
}
