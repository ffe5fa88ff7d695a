import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import type { AccountInfo } from '../api/credentials.ts';
import type { Api, WriteOrigin } from '../api/types.ts';
import { isOfLocation, type WebhookEvent } from '../api/webhooks/event.ts';
import type { EventLog } from '../api/webhooks/event-log.ts';
import { followEvents } from '../api/webhooks/follow-events.ts';
import type { Journal } from '../api/write/journal/journal.ts';
import { cancelSignalOf } from '../lib/cancellation.ts';
import type { Log } from '../lib/log.ts';
import { once } from '../lib/memoize.ts';
import { randomWord } from '../lib/random-word.ts';
import { inMemoryRecords, type RecordFolder } from '../lib/record-folder.ts';
import { realTimers, type Timers } from '../lib/scheduler.ts';
import { type StateStore, scopedToLocation } from '../lib/state-file.ts';
import type { Clock } from '../lib/time.ts';
import { RecentContacts } from '../resources/recent-contacts.ts';
import { createSubscriptions } from '../resources/subscriptions.ts';
import { createThrottle } from '../resources/throttle.ts';
import type { LocationReader, RequestContext } from '../tools/core/context.ts';
import { createLocationState } from '../tools/core/location-state.ts';
import type { ToolAccess } from '../tools/core/tool-access.ts';
import { formOf } from './elicitation.ts';
import { type Extra, progressOf } from './protocol.ts';
import { createToolRunner } from './tool-runner.ts';

export interface ServerOptions {
  readonly api: Api;
  /** The tools offered now; it returns another object after a sign-in changed them. */
  readonly access: () => ToolAccess;
  readonly clock: Clock;
  readonly location: LocationReader;
  readonly log: Log;
  readonly account: () => AccountInfo;
  /** User id or email that "me" means. */
  readonly user?: string | undefined;
  /** Undefined where the owner switched it off. */
  readonly journal?: Journal | undefined;
  /** State that outlives this process. */
  readonly stateStore: StateStore;
  /** Folder in which the processes of one owner share what they know of new contacts. */
  readonly peopleFolder?: string | undefined;
  /** Merges of contacts that are not finished; by default they end with the process. */
  readonly merges?: RecordFolder | undefined;
  /** The owner's folder for exports. */
  readonly exportFolder?: string | undefined;
  /** False if the owner wants no questions before something is destroyed; true if left out. */
  readonly confirms?: boolean;
  /** What webhooks announced, for as long as a receiver stores it. */
  readonly events?: EventLog | undefined;
  /** For subscriptions and questions. */
  readonly timers?: Timers;
}

export type Session = ReturnType<typeof createSession>;

/** State shared by the requests of one host. */
export function createSession(server: Server, options: ServerOptions) {
  const { api, access, account, clock, journal, location, log, user, exportFolder, timers = realTimers } = options;
  const { confirms = true, events } = options;
  const conversation = randomWord(CONVERSATION_LENGTH);
  const subscriptions = createSubscriptions({
    ...{ api, clock, timers, log },
    loadFeed: async () => (await import('./lazy.ts')).createContactFeed,
    send: (uri) => void server.sendResourceUpdated({ uri }).catch(ignore),
  });
  const locations = new Map<string | undefined, ReturnType<typeof createLocation>>();
  const currentLocation = () => {
    const { locationId } = account();
    const current = locations.get(locationId) ?? createLocation(locationId, options);
    locations.set(locationId, current);
    return current;
  };
  const follower = createFollower(options, timers, subscriptions.onEvents);
  // While a hundred contacts are read, the host reads the list once a second, not a hundred times.
  const listChanged = createThrottle(timers, () => void server.sendResourceListChanged().catch(ignore));
  return {
    ...{ api, access, account, clock, journal, log, subscriptions },
    recents: () => currentLocation().recents,
    /** The tools for one request, in the location that is current when the request starts. */
    async toolRunner(extra: Extra) {
      await api.check();
      follower.start();
      const signal = cancelSignalOf(extra.signal);
      const { recents, state } = currentLocation();
      const context = {
        api,
        clock: clock.during(signal),
        journal,
        location,
        user,
        state,
        exportFolder,
        events,
        label: account().label,
        access: access(),
        implementations,
        onWrite: subscriptions.onWrite,
        origin: { host: hostOf(server), conversation },
        signal,
        confirming: confirms ? { askOwner: formOf(server, signal, timers) } : undefined,
        progress: progressOf(extra),
      };
      return createToolRunner(context, recents, () => listChanged.notify('ghl://contacts'));
    },
    close() {
      follower.stop();
      subscriptions.stop();
      listChanged.stop();
    },
  };
}

/** Follows what webhooks announce from the first request on: before it nothing was read that could be outdated. */
function createFollower(
  { api, account, events, log }: ServerOptions,
  timers: Timers,
  onEvents: (events: readonly WebhookEvent[]) => void,
) {
  let stop: (() => void) | undefined;
  const drop = (added: readonly WebhookEvent[]) => {
    const own = added.filter((event) => isOfLocation(event, account().locationId));
    if (own.length === 0) return;
    api.dropReads();
    onEvents(own);
  };
  return {
    start() {
      if (events) stop ??= followEvents({ events, timers, log, onEvents: drop });
    },
    stop: () => stop?.(),
  };
}

const createLocation = (
  locationId: string | undefined,
  { stateStore, peopleFolder, merges = inMemoryRecords() }: ServerOptions,
) => ({
  state: createLocationState({
    locationId,
    stateStore: scopedToLocation(stateStore, locationId),
    peopleFolder,
    merges,
  }),
  recents: new RecentContacts(),
});

function hostOf(server: Server): WriteOrigin['host'] {
  const { name, version } = server.getClientVersion() ?? {};
  return { name, version };
}

/** Characters of the id of a conversation, in the journal. */
const CONVERSATION_LENGTH = 8;

const ignore = () => undefined;

/** Remembered, since even the import of a loaded module takes a while. */
const implementations: RequestContext['implementations'] = once(
  async () => (await import('./lazy.ts')).implementations,
);
