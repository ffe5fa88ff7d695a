import {
  type EventGap,
  isOfLocation,
  type RecordKind,
  recordKindOf,
  type WebhookEvent,
} from '../../../../api/webhooks/event.ts';
import { ALIVE_MS, type EventLog, type EventPosition } from '../../../../api/webhooks/event-log.ts';
import type { ToolContext } from '../../../core/context.ts';

/** A place in the event log: so many lines after a position. */
export interface Place {
  readonly position?: EventPosition | undefined;
  readonly taken: number;
}

/** A record that webhooks announced: which one to read, and nothing of what it holds. */
export interface Hint {
  readonly kind: RecordKind;
  readonly id: string;
  /** Undefined where HighLevel leaves it out. */
  readonly contactId?: string | undefined;
  readonly types: ReadonlySet<string>;
  /** Epoch ms of the latest of its events. */
  readonly announced: number;
  /** Before the first of its new events; undefined where there are none. */
  readonly place?: Place | undefined;
  /** Epoch ms of the first look that could not read it. */
  readonly unreadSince?: number | undefined;
}

/** A record that could not be read, as it is kept for the next look. */
export interface UnreadHint extends Pick<Hint, 'kind' | 'id' | 'contactId' | 'announced'> {
  readonly types: readonly string[];
  readonly unreadSince: number;
}

export interface HintsRead {
  /** Each record once, in the order in which they were announced first; at last those that could not be read before. */
  readonly hints: readonly Hint[];
  /** After all lines that were read. */
  readonly end: Place;
  /** Where events may have been lost, for `unseen`. */
  readonly gaps: readonly string[];
}

/** Lines of one look: what is behind them comes with the next one. */
const MAX_LINES = 20_000;
/** Signs of life after which a receiver counts as ended. */
const MISSED_SIGNS = 3;

/** @param since epoch ms: what was announced before is left out */
export async function readHints(
  { readFrom }: Pick<EventLog, 'readFrom'>,
  start: { readonly place: Place; readonly unread: readonly UnreadHint[] },
  since: number,
  { state }: Pick<ToolContext, 'state'>,
): Promise<HintsRead> {
  const hints = new Map<string, Hint>();
  const [gaps, lost]: [EventGap[], string[]] = [[], []];
  let { place } = start;
  for (let read = 0; read < MAX_LINES; ) {
    const { lines, next, hasLost } = await readFrom(place.position);
    if (hasLost && place.position !== undefined) lost.push('webhooks whose stored events are lost');
    for (const [at, line] of lines.entries()) {
      if (at < place.taken || !isOfLocation(line, state.locationId)) continue;
      if (line.kind === 'gap') gaps.push(line);
      else if (Date.parse(line.announced) >= since) addHint(hints, line, { position: place.position, taken: at });
    }
    read += lines.length;
    place = { position: next, taken: 0 };
    if (lines.length === 0) break;
  }
  for (const hint of start.unread) {
    const key = `${hint.kind} ${hint.id}`;
    const types = new Set([...hint.types, ...(hints.get(key)?.types ?? [])]);
    hints.set(key, { ...hint, ...hints.get(key), types, unreadSince: hint.unreadSince });
  }
  return { hints: [...hints.values()], end: place, gaps: [...spanOf(gaps), ...lost.slice(0, 1)] };
}

/** One text for all gaps, since one look covers them all. */
function spanOf(gaps: readonly EventGap[]): string[] {
  const [from] = gaps.map((gap) => gap.from).sort();
  const until = gaps.map((gap) => gap.until).sort().at(-1); // biome-ignore format: as above
  return from === undefined ? [] : [`webhooks from ${from} until ${until}`];
}

function addHint(hints: Map<string, Hint>, event: WebhookEvent, place: Place): void {
  const { type, id, contactId } = event;
  const kind = recordKindOf(type);
  if (kind === undefined) return;
  const old = hints.get(`${kind} ${id}`);
  hints.set(`${kind} ${id}`, {
    ...{ kind, id, place: old?.place ?? place },
    contactId: old?.contactId ?? contactId,
    types: new Set([...(old?.types ?? []), type]),
    announced: Math.max(old?.announced ?? 0, Date.parse(event.announced)),
  });
}

/** Whether a receiver runs now for this location; `now`: epoch ms by the clock of this machine, which is that of the receiver too. */
export async function isReceiving(
  { lastAlive }: Pick<EventLog, 'lastAlive'>,
  locationId: string | undefined,
  now: number,
): Promise<boolean> {
  const alive = await lastAlive(locationId);
  return alive !== undefined && Math.abs(now - alive) <= MISSED_SIGNS * ALIVE_MS;
}
