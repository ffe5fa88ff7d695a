import type { UserError } from '../../../lib/errors.ts';
import { isRecord, type Json, recordIn, textIn } from '../../../lib/json.ts';
import { randomWord } from '../../../lib/random-word.ts';
import { redactTokens } from '../../../lib/redact.ts';
import { type Timers, timeOf } from '../../../lib/scheduler.ts';
import { fullName } from '../../contact-fields.ts';
import { ApiError } from '../../errors.ts';
import type { RequestResult } from '../../request-executor.ts';
import type { CallOptions, WriteOrigin } from '../../types.ts';
import { fieldsOf } from '../changed-fields.ts';
import type { StartedWrite, WriteOutcome } from '../outcome.ts';
import type { Entry } from './entry.ts';

/** Characters of the id of an entry, by which a model names it. */
const ID_LENGTH = 10;

/** The entry of a write that was sent. */
export function entryOfWrite(
  write: StartedWrite,
  { credential, attempts, response }: RequestResult,
  outcome: WriteOutcome,
  { signal, origin }: CallOptions,
  timers: Timers,
): Entry {
  const { endpoint, sent, startedAt } = write;
  const change = changeOf(write, outcome);
  const knownName = (id: string | undefined) => (id === undefined ? undefined : origin?.contactNames?.get(id));
  const contact = outcome.kind === 'done' ? recordIn(outcome.data, 'contact') : undefined;
  const contactId = textIn(sent, 'contactId') ?? textIn(contact, 'id');
  const traceId = isRecord(response?.body) ? textIn(response.body, 'traceId') : undefined;
  return {
    ...identityOf(timeOf(timers, startedAt), endpoint.name, credential.locationId),
    contactId,
    contactName: nameOf(contact) ?? nameBefore(write) ?? knownName(contactId),
    ...placeOf(origin),
    sent,
    ...change,
    contacts: change.contacts?.map((each) => ({ contactName: knownName(each.contactId), ...each })),
    outcome: outcome.kind,
    reason: outcome.kind === 'done' ? undefined : kindOf(outcome.error),
    reconciled: outcome.reconciled,
    attempts,
    cancelled: signal?.aborted ?? false,
    traceId,
  };
}

/** A call, or a command, that was refused before anything was sent. */
export interface Refusal {
  readonly tool: string;
  readonly locationId?: string | undefined;
  readonly contactId?: string | undefined;
  readonly reason: string;
  readonly origin?: WriteOrigin | undefined;
}

export const entryOfRefusal = ({ tool, locationId, contactId, reason, origin }: Refusal, time: string): Entry => ({
  ...identityOf(time, tool, locationId),
  contactId,
  ...placeOf(origin),
  outcome: 'refused',
  reason,
  reconciled: false,
  attempts: 0,
  cancelled: false,
});

const identityOf = (time: string, tool: string, locationId: string | undefined) =>
  ({ v: 1, id: randomWord(ID_LENGTH), time, tool, locationId }) as const;

const placeOf = ({ host, conversation, group, undoes, replaces }: WriteOrigin = {}) => ({
  ...{ host, conversation, group, undoes, replaces },
});

type Change = Pick<Entry, 'before' | 'after' | 'contacts' | 'dropped'>;

/** A write that was not done changed nothing; of one whose outcome is unknown only the state before is known. */
function changeOf({ endpoint, sent, before }: StartedWrite, outcome: WriteOutcome): Change {
  const strategy = endpoint.reconcile?.change;
  if (!strategy || outcome.kind === 'refused' || outcome.kind === 'notDone') return {};
  const change = strategy.describe({ sent, before, answer: outcome.kind === 'done' ? outcome.data : {} });
  if ('contacts' in change)
    return outcome.kind === 'done' ? { contacts: change.contacts } : { before: 'unknown', after: 'unknown' };
  const { dropped, ...sides } = change;
  if (outcome.kind === 'unknown') return { before: sides.before, after: 'unknown' };
  return { ...sides, ...(dropped ? { dropped } : {}) };
}

const nameOf = (contact: Json | undefined): string | undefined => (contact && fullName(contact)) || undefined;

/** The name of the contact, if that is what was read before the write. */
const nameBefore = ({ before }: StartedWrite): string | undefined =>
  isRecord(before) ? nameOf(recordIn(before, 'contact') ?? before) : undefined;

const kindOf = (error: UserError): string => (error instanceof ApiError ? error.kind : 'notSent');

/** One line of JSON without tokens. Without values it has the names of the fields that were sent. */
export function toLine(entry: Entry, hasValues: boolean): string {
  const { sent, before: _before, after: _after, contactName: _name, contacts, ...rest } = entry;
  const ids = contacts?.map(({ contactId }) => ({ contactId }));
  const line = hasValues ? entry : { ...rest, contacts: ids, fields: sent && fieldsOf(sent) };
  return JSON.stringify(line, (_, value) => (typeof value === 'string' ? redactTokens(value) : value));
}
