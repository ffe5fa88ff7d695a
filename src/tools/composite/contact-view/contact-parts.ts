import { isMissing } from '../../../api/errors.ts';
import { UserError } from '../../../lib/errors.ts';
import { type Json, rowsIn } from '../../../lib/json.ts';
import { readableText } from '../../../lib/markup.ts';
import { redact } from '../../../lib/redact.ts';
import { getContact } from '../../contacts.ts';
import type { ToolContext } from '../../core/context.ts';
import { listContactNotes } from '../../notes.ts';
import { listContactTasks } from '../../tasks.ts';
import { type Appointment, appointmentsOf } from './appointments.ts';

/** What is known of a contact; undefined where it was not asked for or could not be read. */
export interface ContactParts {
  readonly contact?: Json;
  readonly tasks?: readonly Json[];
  readonly notes?: readonly Json[];
  readonly appointments?: readonly Appointment[];
  /** The parts that could not be read, and why. */
  readonly failed: readonly { readonly part: string; readonly reason: string }[];
}

export type ContactPart = 'contact' | 'tasks' | 'notes' | 'appointments';

/** @throws UserError where HighLevel answers well and gives nothing */
async function contactOf(contactId: string, { call }: ToolContext): Promise<Json> {
  const { contact } = await call(getContact, { contactId });
  if (typeof contact === 'object' && contact !== null) return contact as Json;
  throw new UserError('HighLevel answered without the contact; try again in a minute.');
}

const READ = {
  contact: contactOf,
  tasks: async (contactId, { call }) => rowsIn(await call(listContactTasks, { contactId }), 'tasks'),
  notes: async (contactId, { call }) => rowsIn(await call(listContactNotes, { contactId }), 'notes'),
  appointments: appointmentsOf,
} satisfies Record<ContactPart, (contactId: string, context: ToolContext) => Promise<unknown>>;

/**
 * Parts of a contact, read side by side. One that fails is named and the others are given.
 * @throws ApiError where there is no such contact, and where nothing at all could be read
 */
export async function readContactParts(
  contactId: string,
  names: readonly ContactPart[],
  context: ToolContext,
): Promise<ContactParts> {
  const answers = await Promise.allSettled(names.map((name) => READ[name](contactId, context)));
  const errors = answers.map((answer) => (answer.status === 'rejected' ? answer.reason : undefined));
  const gone = errors[names.indexOf('contact')];
  if (isMissing(gone)) throw gone;
  if (errors.every((error) => error !== undefined)) throw errors[0];
  const read = names.flatMap((name, i) => {
    const answer = answers[i];
    return answer?.status === 'fulfilled' ? [[name, answer.value]] : [];
  });
  const failed = names.flatMap((part, i) => (errors[i] ? [{ part, reason: failureReason(errors[i]) }] : []));
  return { ...Object.fromEntries(read), failed };
}

/** Why a part failed, for an answer that holds the rest. @throws what is no failure of the call but a fault of ours */
export function failureReason(error: unknown): string {
  if (error instanceof UserError) return redact(error.message);
  throw error;
}

/** A contact's status in one word or two: its type, and what it is not to be disturbed by. */
export function contactStatus({ type, dnd, dndSettings }: Json): string | undefined {
  const settings = Object.entries((dndSettings ?? {}) as Record<string, Json | null>);
  const channels = settings
    .filter(([, s]) => s?.status === 'active' || s?.status === 'permanent')
    .map(([name]) => name);
  const quiet = dnd === true ? 'DND' : channels.length > 0 ? `DND ${channels.join(' ')}` : '';
  return [type, quiet].filter(Boolean).join(', ') || undefined;
}

/** A note's body as a reader sees it: it may be HTML. */
export const noteText = (note: Json): string => readableText(note.body);
