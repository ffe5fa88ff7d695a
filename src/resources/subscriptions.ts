import { ApiError, type ErrorKind } from '../api/errors.ts';
import type { Api, CallOptions } from '../api/types.ts';
import type { WebhookEvent } from '../api/webhooks/event.ts';
import { isRecord, type Json } from '../lib/json.ts';
import type { Log } from '../lib/log.ts';
import type { Timers } from '../lib/scheduler.ts';
import { CLOCK_SLACK_MS, type Clock } from '../lib/time.ts';
import type { createContactFeed } from '../tools/composite/changes/contact-changes.ts';
import type { ToolContext } from '../tools/core/context.ts';
import { startPoller } from './poller.ts';
import { createThrottle } from './throttle.ts';

/** Also the number of notifications that one write can cause. */
export const MAX_SUBSCRIPTIONS = 500;

/** URIs of resources that show tasks. */
const SHOWS_TASKS = /\/(?:tasks|overview|timeline)$/;

interface Options {
  readonly api: Api;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  /** Loads the change feed, with the first subscription. */
  readonly loadFeed: () => Promise<typeof createContactFeed>;
  /** Sends `notifications/resources/updated`. */
  readonly send: (uri: string) => void;
}

/**
 * Notifies the host of changed resources: at once after writes of this server and after webhooks, by the change feed
 * after other writes.
 */
export function createSubscriptions(options: Options) {
  const { timers, log, send } = options;
  const subscribed = new Map<string, string | undefined>();
  const throttle = createThrottle(timers, (uri) => {
    if (subscribed.has(uri)) send(uri);
  });
  let poller: ReturnType<typeof startPoller> | undefined;

  /** Returns whether a subscribed resource is concerned. */
  function notifyOf(contactIds: readonly string[]): boolean {
    const ids = new Set(contactIds);
    const concerned = [...subscribed].filter(([, id]) => (id === undefined ? ids.size > 0 : ids.has(id)));
    for (const [uri] of concerned) throttle.notify(uri);
    return concerned.length > 0;
  }

  /** Notifies the host of the contacts that a write of this server changed, or may have changed. */
  const onWrite: CallOptions['onWrite'] = (args, end) => {
    if ('data' in end) notifyOf(contactsOf(args, end.data));
    else if (mayHaveWritten(end.error)) notifyOf(contactsOf(args, {}));
  };
  return {
    onWrite,
    /** Notifies the host of what webhooks announced. A task may come without its contact: it may be of any. */
    onEvents(events: readonly Pick<WebhookEvent, 'contactId'>[]): void {
      notifyOf(events.flatMap(({ contactId }) => contactId ?? []));
      if (events.every(({ contactId }) => contactId !== undefined)) return;
      for (const uri of subscribed.keys()) if (SHOWS_TASKS.test(uri)) throttle.notify(uri);
    },
    /**
     * `contactId` is undefined for the collection and its pages, which every change concerns. Returns false when the limit
     * is reached.
     */
    add(uri: string, contactId: string | undefined): boolean {
      if (subscribed.size >= MAX_SUBSCRIPTIONS && !subscribed.has(uri)) return false;
      subscribed.set(uri, contactId);
      poller?.pollSoon();
      poller ??= startPoller(timers, createPoll(options, notifyOf), (error) =>
        log('warn', 'polling for changes failed', { error }),
      );
      return true;
    },
    remove(uri: string): void {
      subscribed.delete(uri);
      if (subscribed.size > 0) return;
      poller?.stop();
      poller = undefined;
    },
    stop(): void {
      subscribed.clear();
      throttle.stop();
      poller?.stop();
      poller = undefined;
    },
  };
}

/**
 * Each poll sends one search for all subscriptions. It returns true if a subscribed resource changed or more is to be
 * read. `notifyOf` returns whether a subscribed resource is concerned.
 */
function createPoll(
  { api, clock, loadFeed }: Options,
  notifyOf: (contactIds: readonly string[]) => boolean,
): (signal: AbortSignal) => Promise<boolean> {
  const startedAt = api.now();
  // A wrong clock of HighLevel must not skip changes of the near future.
  const latest = clock.now() + CLOCK_SLACK_MS;
  const start = () => Math.min(startedAt + api.serverNow() - api.now(), latest);
  let feed: ReturnType<typeof createContactFeed> | undefined;
  return async (signal) => {
    const createFeed = await loadFeed();
    const from = start();
    const call: ToolContext['call'] = (endpoint, args, priority = 'bulk', how) =>
      api.call(endpoint, args, { priority, signal, ...how });
    const next = feed ?? createFeed(from);
    const { ids, complete } = await next.poll({ call, clock, api });
    // The first answer tells HighLevel's time. If the local clock was ahead of it, changes may have been missed.
    if (!feed && start() < from - CLOCK_SLACK_MS) return true;
    feed = next;
    return notifyOf(ids) || !complete;
  };
}

const UNCERTAIN: ReadonlySet<ErrorKind> = new Set(['unknownOutcome', 'notDone', 'unreachable', 'serverError']);
const mayHaveWritten = (error: unknown): boolean => error instanceof ApiError && UNCERTAIN.has(error.kind);

function contactsOf({ contactId, contacts, ids }: Json, { contact }: Json): string[] {
  const created = isRecord(contact) ? contact.id : undefined;
  return [contactId, contacts, ids, created].flat().filter((id) => typeof id === 'string');
}
