import { isRecord, type Json } from '../../lib/json.ts';
import { type Clock, isLocalTime, parseLocalTime } from '../../lib/time.ts';
import { formatTime, isEpochMs, parseTime, withLocalTimes } from '../../lib/time-format.ts';
import { isChangeValue, isNextCall } from '../core/named-ids.ts';

/** Keys of times: some answers of HighLevel have epoch ms there, and appointments a time without an offset. */
const TIME_KEYS: ReadonlySet<string> = new Set([
  'dateAdded', 'dateUpdated', 'lastActivity', 'dueDate', 'startTime', 'endTime', 'createdAt', 'updatedAt', 'timestamp',
]); // biome-ignore format: a list

/** Keys of what people wrote, in which a time is shown as it is stored. */
const WRITTEN: ReadonlySet<string> = new Set([
  'title', 'body', 'text', 'note', 'notes', 'name', 'firstName', 'lastName', 'companyName', 'businessName', 'contactName',
  'contact', 'email', 'phone', 'address', 'address1', 'city', 'state', 'country', 'postalCode', 'website', 'source', 'type',
  'gender', 'dateOfBirth', 'tags', 'location', 'description', 'value',
]); // biome-ignore format: a list

/** Arguments that are given back to a tool, and values under names that people chose: shown as they are. */
const isOpaque = (value: unknown, key: string): boolean =>
  isRecord(value) && (isNextCall(key) || key === 'customFields');

/** Sentences of this server, in which times may stand. */
const SENTENCES: ReadonlySet<string> = new Set(['notice', 'reason', 'problem', 'tasksFailed', 'notUndoable']);

interface Zones {
  /** The zone of times in answers; undefined while it is not known. */
  readonly shown: string | undefined;
  /** The zone of times that HighLevel gives without an offset; undefined while it is not known. */
  readonly location?: string | undefined;
}

/**
 * The zones for the times of an answer, of its rows or its record only for the `keys` that are shown. Nothing is asked of
 * HighLevel for an answer without times.
 */
export async function zonesFor(answer: Json, clock: Clock, keys?: readonly string[]): Promise<Zones> {
  let hasTime = false;
  let hasLocalTime = false;
  const visit = (value: unknown, key: string) => {
    hasTime ||= instantOf(value, key) !== undefined;
    hasLocalTime ||= isLocal(value, key);
  };
  const records = keys && Object.values(answer).flat().filter(isRecord);
  if (!records) visitValues(answer, '', visit);
  else for (const record of records) for (const key of keys) visitValues(record[key], key, visit);
  const [shown, location] = await Promise.all([
    hasTime || hasLocalTime ? clock.shownZone() : clock.knownZone(),
    hasLocalTime ? clock.locationZone() : undefined,
  ]);
  return { shown, location };
}

/** An answer with every time in the one format. A row says so if its times have no offset and their zone is not known. */
export function showTimes(answer: Json, { shown, location }: Zones): Json {
  const show: Replace = (value, key) => {
    if (typeof value === 'string' && SENTENCES.has(key)) return withLocalTimes(value, shown);
    const instant = instantOf(value, key, location);
    return instant === undefined ? value : formatTime(instant, shown);
  };
  return mapValues(answer, '', show, location === undefined) as Json;
}

/** Calls `visit` for every value that may be a time, without the copy that `mapValues` makes. */
function visitValues(value: unknown, key: string, visit: (value: unknown, key: string) => void): void {
  if (isOpaque(value, key)) return;
  if (Array.isArray(value)) for (const item of value) visitValues(item, key, visit);
  else if (!isRecord(value)) visit(value, key);
  else for (const name of Object.keys(value)) visitValues(value[name], keyOf(name, value, key), visit);
}

type Replace = (value: unknown, key: string) => unknown;

/** `marksZone`: objects in which a time without an offset is left get `zone: "unknown"`. */
function mapValues(value: unknown, key: string, replace: Replace, marksZone = false): unknown {
  if (isOpaque(value, key)) return value;
  if (Array.isArray(value)) return value.map((item) => mapValues(item, key, replace, marksZone));
  if (!isRecord(value)) return replace(value, key);
  const shown = { ...value };
  let lacksZone = false;
  for (const name of Object.keys(value)) {
    const inner = mapValues(value[name], keyOf(name, value, key), replace, marksZone);
    if (inner !== value[name]) shown[name] = inner;
    lacksZone ||= marksZone && isLocal(inner, name);
  }
  if (lacksZone) shown.zone = 'unknown';
  return shown;
}

/** The key of a value: of one before or after a change that of the field that changed. */
function keyOf(name: string, holder: Json, parent: string): string {
  const ofRow = isChangeValue(name) && typeof holder.field === 'string' ? holder.field : undefined;
  if (ofRow === undefined && name !== 'old' && name !== 'new') return name;
  const field = ofRow ?? parent;
  return TIME_KEYS.has(field) ? field : 'value';
}

const isLocal = (value: unknown, key: string): boolean => TIME_KEYS.has(key) && isLocalTime(value);

/** Epoch ms of a value that is a time; undefined for any other, and for a local time without its zone. */
function instantOf(value: unknown, key: string, zone?: string): number | undefined {
  if (typeof value === 'number') return TIME_KEYS.has(key) && isEpochMs(value) ? value : undefined;
  if (typeof value !== 'string' || WRITTEN.has(key)) return undefined;
  const instant = zone !== undefined && isLocal(value, key) ? parseLocalTime(value, zone) : parseTime(value);
  return Number.isNaN(instant) ? undefined : instant;
}
