import * as z from 'zod';

/** Ids stand in requests and in sentences of ours. */
const Id = z.string().regex(/^[\w-]{1,64}$/);
const IsoTime = z.iso.datetime();

/** Kinds of records that webhooks announce. */
export const KINDS = ['contact', 'note', 'task', 'appointment'] as const;
export type RecordKind = (typeof KINDS)[number];

/**
 * The events about contacts, with the kind of record each announces. Other events of an app are acknowledged and not
 * stored. A task that is edited has no event. HighLevel's examples of an updated and a deleted appointment have the type
 * `AppointmentCreate`: what happened is read from the API. Source: webhook pages of HighLevel's documentation.
 */
const TYPES: Readonly<Record<RecordKind, readonly string[]>> = {
  contact: ['ContactCreate', 'ContactUpdate', 'ContactDelete', 'ContactTagUpdate', 'ContactDndUpdate'],
  note: ['NoteCreate', 'NoteUpdate', 'NoteDelete'],
  task: ['TaskCreate', 'TaskComplete', 'TaskDelete'],
  appointment: ['AppointmentCreate', 'AppointmentUpdate', 'AppointmentDelete'],
};

/** The kind of record that a type of event announces; undefined for events that are not about contacts. */
export const recordKindOf = (type: string): RecordKind | undefined => KINDS.find((kind) => TYPES[kind].includes(type));

/** What is stored of a delivery: which record it announces, nothing of the record's content. */
export const WebhookEvent = z.object({
  /** ISO time of the receipt, by the receiver's clock. */
  time: IsoTime,
  kind: z.literal('event'),
  /** The same in every delivery of one event. */
  webhookId: z.string().min(1).max(200),
  type: z.string().max(40),
  locationId: Id,
  /** ISO time that HighLevel gave the event. */
  announced: IsoTime,
  id: Id,
  /** Undefined where HighLevel leaves it out: a live TaskCreate has none. */
  contactId: Id.optional(),
});
export type WebhookEvent = z.infer<typeof WebhookEvent>;

/** Between these times events of a location may have been lost. */
export const EventGap = z.object({
  /** ISO time at which it was noticed. */
  time: IsoTime,
  kind: z.literal('gap'),
  locationId: Id,
  from: IsoTime,
  until: IsoTime,
  /**
   * `down`: no receiver ran for it. `stale`: a delivery was refused because it came too late. `unstored`: one was answered
   * 503, which HighLevel may not repeat. `malformed`: one named no record.
   */
  reason: z.enum(['down', 'stale', 'unstored', 'malformed']),
});
export type EventGap = z.infer<typeof EventGap>;

/** One line of the event log. */
export const EventLine = z.discriminatedUnion('kind', [WebhookEvent, EventGap]);
export type EventLine = z.infer<typeof EventLine>;

/** Whether a line is of a location; the sandbox has only one, whose id is not known. */
export const isOfLocation = (line: Pick<EventLine, 'locationId'>, locationId: string | undefined): boolean =>
  locationId === undefined || line.locationId === locationId;
