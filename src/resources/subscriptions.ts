import { ApiError, type ErrorKind } from '../api/errors.ts';
import type { Api, CallOptions } from '../api/types.ts';
import { isRecord, type Json } from '../lib/json.ts';
import type { Log } from '../lib/log.ts';
import type { Timers } from '../lib/scheduler.ts';
import { CLOCK_SLACK_MS, type Clock } from '../lib/time.ts';
import type { createChangeFeed } from '../tools/composite/changes/change-feed.ts';
import type { ToolContext } from '../tools/core/context.ts';
import { type Poller, startPoller } from './poller.ts';
import { createThrottle } from './throttle.ts';

/** The resources a host wants to be told of: at once after one's own writes, and by the change feed after others'. */
export interface Subscriptions {
  /**
   * `contactId` is undefined for the collection and its pages, which every change concerns. False where as many are
   * wanted already as one write may have the host told of.
   */
  add(uri: string, contactId: string | undefined): boolean;
  remove(uri: string): void;
  /** Notifies the host of the contacts that a write of this server changed, or may have changed. */
  readonly onWrite: NonNullable<CallOptions['onWrite']>;
  stop(): void;
}

/** Resources watched at once, and so notifications that one write can cause. */
export const MOST_SUBSCRIPTIONS = 500;

interface Options {
  readonly api: Api;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  /** Loads the change feed, with the first subscription. */
  readonly loadFeed: () => Promise<typeof createChangeFeed>;
  /** Tells the host that a resource has changed. */
  readonly send: (uri: string) => void;
}

export function createSubscriptions({ api, clock, timers, log, send, loadFeed }: Options): Subscriptions {
  const wanted = new Map<string, string | undefined>();
  const updates = createThrottle(timers, (uri) => {
    if (wanted.has(uri)) send(uri);
  });
  let poller: Poller | undefined;

  function changed(contactIds: readonly string[]): boolean {
    const ids = new Set(contactIds);
    const concerned = [...wanted].filter(([, id]) => (id === undefined ? ids.size > 0 : ids.has(id)));
    for (const [uri] of concerned) updates.notify(uri);
    return concerned.length > 0;
  }

  /** One search call for all subscriptions, for what changed from now on. True where there was news, or is more. */
  function looker(): (signal: AbortSignal) => Promise<boolean> {
    const began = api.now();
    // A clock of HighLevel's that is told wrongly is not to hide what happens until then.
    const latest = clock.now() + CLOCK_SLACK_MS;
    const start = () => Math.min(began + api.serverNow() - api.now(), latest);
    let feed: ReturnType<typeof createChangeFeed> | undefined;
    return async (signal) => {
      const createFeed = await loadFeed();
      const from = start();
      const call: ToolContext['call'] = (endpoint, args, priority = 'bulk', how) =>
        api.call(endpoint, args, { priority, signal, ...how });
      const asked = feed ?? createFeed(from);
      const { ids, complete } = await asked.poll({ call, clock, api });
      // The first answer of all tells HighLevel's clock: what was asked by a clock ahead of it is asked anew.
      if (!feed && start() < from - CLOCK_SLACK_MS) return true;
      feed = asked;
      return changed(ids) || !complete;
    };
  }

  function failed(error: unknown): void {
    log('warn', 'watch', { error: error instanceof Error ? error.message : String(error) });
  }

  return {
    add(uri, contactId) {
      if (wanted.size >= MOST_SUBSCRIPTIONS && !wanted.has(uri)) return false;
      wanted.set(uri, contactId);
      poller?.hurry();
      poller ??= startPoller(timers, looker(), failed);
      return true;
    },
    remove(uri) {
      wanted.delete(uri);
      if (wanted.size > 0) return;
      poller?.stop();
      poller = undefined;
    },
    onWrite(args, end) {
      if ('data' in end) changed(contactsOf(args, end.data));
      else if (mayHaveWritten(end.error)) changed(contactsOf(args, {}));
    },
    stop() {
      wanted.clear();
      updates.stop();
      poller?.stop();
      poller = undefined;
    },
  };
}

const UNCERTAIN: ReadonlySet<ErrorKind> = new Set(['unknownOutcome', 'notDone', 'unreachable', 'serverError']);
const mayHaveWritten = (error: unknown): boolean => error instanceof ApiError && UNCERTAIN.has(error.kind);

function contactsOf({ contactId, contacts, ids }: Json, { contact }: Json): string[] {
  const created = isRecord(contact) ? contact.id : undefined;
  return [contactId, contacts, ids, created].flat().filter((id) => typeof id === 'string');
}
