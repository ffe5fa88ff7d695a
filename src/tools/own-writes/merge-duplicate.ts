import { type Json, recordIn, textIn } from '../../lib/json.ts';
import { epochMs } from '../../lib/time.ts';
import { findDuplicateContact } from '../contacts.ts';
import type { ToolContext } from '../core/context.ts';
import { NOT_YET_INDEXED } from '../core/row-shape.ts';
import type { Knowledge } from '../core/written-contacts.ts';
import type { Send } from './current-contacts.ts';

/**
 * The answer of the duplicate lookup. It is current as a rule; where it is not, it gives no contact that was deleted here
 * or has lost the email or phone here, and gives the one that has got it here.
 * @throws UserError as the call of the lookup does
 */
export async function mergeDuplicate(args: Json, { api, state }: ToolContext, send: Send): Promise<Json> {
  const answer = await send(findDuplicateContact, args);
  const found = recordIn(answer, 'contact');
  const known = state.ownWrites.get(found?.id)?.known;
  if (found && !isOutdated(found, known)) return answer;
  const owners = state.ownWrites
    .list(api.now())
    .flatMap(({ known }) => (known.kind === 'whole' ? [known.contact] : []));
  const owner = owners.find((contact) => isAskedFor(contact, args));
  return { ...answer, contact: owner ? { ...owner, [NOT_YET_INDEXED]: true } : null };
}

function isOutdated(found: Json, known: Knowledge | undefined): boolean {
  if (known?.kind === 'deleted') return true;
  return known?.kind === 'whole' && epochMs(found.dateUpdated) < epochMs(known.contact.dateUpdated);
}

const isAskedFor = (contact: Json, { email, number }: Json): boolean =>
  (typeof email === 'string' && textIn(contact, 'email')?.toLowerCase() === email.toLowerCase()) ||
  (number !== undefined && contact.phone === number);
