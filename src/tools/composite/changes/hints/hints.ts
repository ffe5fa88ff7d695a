import { isOfLocation, type RecordKind, recordKindOf, type WebhookEvent } from '../../../../api/webhooks/event.ts';
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
  readonly contactId: string | undefined;
  readonly types: ReadonlySet<string>;
  /** Epoch ms of the latest of its events. */
  readonly announced: number;
  /** Before the first of its events. */
  readonly place: Place;
}

export interface HintsRead {
  /** Each record once, in the order in which they were announced first. */
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
  start: Place,
  since: number,
  { state }: Pick<ToolContext, 'state'>,
): Promise<HintsRead> {
  const hints = new Map<string, Hint>();
  const gaps: string[] = [];
  let place = start;
  for (let read = 0; read < MAX_LINES; ) {
    const { lines, next, hasLost } = await readFrom(place.position);
    if (hasLost && place.position !== undefined) gaps.push('webhooks whose stored events are lost');
    for (const [at, line] of lines.entries()) {
      if (at < place.taken) continue;
      if (line.kind === 'gap') gaps.push(`webhooks from ${line.from} until ${line.until}`);
      else if (isOfLocation(line, state.locationId) && Date.parse(line.announced) >= since)
        addHint(hints, line, { position: place.position, taken: at });
    }
    read += lines.length;
    place = { position: next, taken: 0 };
    if (lines.length === 0) break;
  }
  return { hints: [...hints.values()], end: place, gaps };
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

/** Whether a receiver runs now; `now`: epoch ms by the clock of this machine, which is that of the receiver too. */
export async function isReceiving({ lastAlive }: Pick<EventLog, 'lastAlive'>, now: number): Promise<boolean> {
  const alive = await lastAlive();
  return alive !== undefined && Math.abs(now - alive) <= MISSED_SIGNS * ALIVE_MS;
}
