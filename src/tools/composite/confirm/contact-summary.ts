import { contactLabel } from '../../../api/contact-fields.ts';
import { isMissing } from '../../../api/errors.ts';
import { UserError } from '../../../lib/errors.ts';
import { type Json, recordIn, rowsIn, textIn } from '../../../lib/json.ts';
import { quoteForMessage } from '../../../lib/text.ts';
import { formatTime } from '../../../lib/time-format.ts';
import { listContactAppointments } from '../../appointments.ts';
import { getContact } from '../../contacts.ts';
import type { ToolContext } from '../../core/context.ts';
import { type Appointment, inOrderOfTime } from '../appointments/starts.ts';
import { type ContactParts, readContactParts } from '../contact-view/contact-parts.ts';
import { countOf, listQuoted, MAX_NAMED } from './wording.ts';

/** What a question says about a contact. */
export interface ContactSummary {
  /** Name, email or phone, in quotes, and the id. */
  readonly label: string;
  /** A sentence with the number of its tasks, notes and appointments, and the next appointment. */
  readonly records: string;
  /** What the consent is for: it differs if the contact has another name or other records. */
  readonly content: Json;
}

/**
 * Reads a contact and its records, one request for each kind: those that the journal needs before a delete. What cannot be
 * read is said.
 * @throws ApiError if there is no such contact
 */
export async function summarizeContact(contactId: string, context: ToolContext): Promise<ContactSummary> {
  const unread: ContactParts = { failed: [] };
  const [{ contact, tasks, notes }, appointments] = await Promise.all([
    readContactParts(contactId, ['contact', 'tasks', 'notes'], context).catch(unlessMissing(unread)),
    readOwnAppointments(contactId, context).catch(unlessMissing(undefined)),
  ]);
  const name = contactLabel(contact ?? {}) || contactId;
  const next = await describeNext(appointments, context);
  const rows = { task: tasks, note: notes, appointment: appointments?.map(({ raw }) => raw) };
  const [first, second, last] = Object.entries(rows).map(([kind, list]) =>
    list ? countOf(list.length, kind) : `${kind}s that could not be read`,
  );
  return {
    label: `${quoteForMessage(name)} (id ${contactId})`,
    records: `It has ${first}, ${second} and ${last}${next}.`,
    content: {
      name,
      ...Object.fromEntries(Object.entries(rows).map(([kind, list]) => [kind, list?.map(({ id }) => id)])),
    },
  };
}

/** The first contacts by name, and the number of the others. */
export async function nameContacts(ids: readonly unknown[], { call }: Pick<ToolContext, 'call'>): Promise<string> {
  const names = ids.slice(0, MAX_NAMED).map(async (contactId) => {
    const answer = await call(getContact, { contactId }).catch(unlessInternal(undefined));
    return contactLabel(recordIn(answer, 'contact') ?? {}) || contactId;
  });
  return listQuoted(await Promise.all(names), ids.length);
}

/** HighLevel's own list only: a question is no search through the calendars. */
async function readOwnAppointments(contactId: string, { call, clock }: ToolContext): Promise<Appointment[]> {
  return inOrderOfTime(rowsIn(await call(listContactAppointments, { contactId }), 'events'), clock);
}

async function describeNext(appointments: readonly Appointment[] | undefined, { clock }: ToolContext): Promise<string> {
  const now = clock.now();
  const next = appointments?.find(({ at }) => at >= now);
  if (!next) return '';
  const zone = next.zone ? ' in a zone that is not known' : '';
  const time = next.zone ? textIn(next.raw, 'startTime') : formatTime(next.at, await clock.shownZone());
  return ` (the next: ${quoteForMessage(next.raw.title ?? 'untitled')}, ${time}${zone})`;
}

/** What stands for a read that failed. @throws any error that is not a UserError */
const unlessInternal =
  <T>(otherwise: T) =>
  (error: unknown): T => {
    if (error instanceof UserError) return otherwise;
    throw error;
  };

/** The same; also throws what says that the contact does not exist. */
const unlessMissing =
  <T>(otherwise: T) =>
  (error: unknown): T => {
    if (isMissing(error)) throw error;
    return unlessInternal(otherwise)(error);
  };
