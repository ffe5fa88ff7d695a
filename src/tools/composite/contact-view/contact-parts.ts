import { isMissing } from '../../../api/errors.ts';
import { UserError } from '../../../lib/errors.ts';
import { isRecord, type Json, recordIn, rowsIn } from '../../../lib/json.ts';
import { readableText } from '../../../lib/markup.ts';
import { redact } from '../../../lib/redact.ts';
import { getContact } from '../../contacts.ts';
import type { ToolContext } from '../../core/context.ts';
import { listContactNotes } from '../../notes.ts';
import { listContactTasks } from '../../tasks.ts';
import type { Appointment } from '../appointments/starts.ts';
import { readAppointments } from './appointments.ts';

/** What was read of a contact; a part is undefined where it was not requested or could not be read. */
export interface ContactParts {
  readonly contact?: Json;
  readonly tasks?: readonly Json[];
  readonly notes?: readonly Json[];
  readonly appointments?: readonly Appointment[];
  /** The parts that could not be read. */
  readonly failed: readonly { readonly part: ContactPart; readonly reason: string }[];
}

export type ContactPart = 'contact' | 'tasks' | 'notes' | 'appointments';

/** @throws UserError where an answer of success has no contact */
async function readContact(contactId: string, { call }: ToolContext): Promise<Json> {
  const contact = recordIn(await call(getContact, { contactId }), 'contact');
  if (contact) return contact;
  throw new UserError('HighLevel answered without the contact; try again in a minute.');
}

const READERS = {
  contact: readContact,
  tasks: async (contactId, { call }) => rowsIn(await call(listContactTasks, { contactId }), 'tasks'),
  notes: async (contactId, { call }) => rowsIn(await call(listContactNotes, { contactId }), 'notes'),
  appointments: readAppointments,
} satisfies Record<ContactPart, (contactId: string, context: ToolContext) => Promise<unknown>>;

/**
 * Reads parts of a contact at the same time. A part that fails is named, and the others are given.
 * @throws ApiError where there is no such contact, and where no part could be read
 */
export async function readContactParts(
  contactId: string,
  parts: readonly ContactPart[],
  context: ToolContext,
): Promise<ContactParts> {
  const results = await Promise.allSettled(parts.map((part) => READERS[part](contactId, context)));
  const read: Json = {};
  const errors = new Map<ContactPart, unknown>();
  for (const [i, part] of parts.entries()) {
    const result = results[i];
    if (result?.status === 'fulfilled') read[part] = result.value;
    else errors.set(part, result?.reason);
  }
  const [firstError] = errors.values();
  if (isMissing(errors.get('contact'))) throw errors.get('contact');
  if (errors.size === parts.length) throw firstError;
  return { ...read, failed: [...errors].map(([part, error]) => ({ part, reason: failureReason(error) })) };
}

/** Why a part failed, for an answer that holds the rest. @throws any error that is not a UserError */
export function failureReason(error: unknown): string {
  if (error instanceof UserError) return redact(error.message);
  throw error;
}

/** Type and do-not-disturb settings of a contact, such as `lead, DND SMS`. */
export function contactStatus(contact: Json): string | undefined {
  const channels = Object.entries(recordIn(contact, 'dndSettings') ?? {})
    .filter(([, setting]) => isRecord(setting) && (setting.status === 'active' || setting.status === 'permanent'))
    .map(([name]) => name);
  const dnd = contact.dnd === true ? 'DND' : channels.length > 0 ? `DND ${channels.join(' ')}` : '';
  return [contact.type, dnd].filter(Boolean).join(', ') || undefined;
}

/** A note's body, which may be HTML, as a reader sees it. */
export const noteText = ({ body }: Json): string => readableText(body);
