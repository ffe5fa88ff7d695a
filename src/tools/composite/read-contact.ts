import type { Endpoint } from '../../api/endpoint.ts';
import { isMissing } from '../../api/errors.ts';
import { UserError } from '../../lib/errors.ts';
import { type Json, recordIn } from '../../lib/json.ts';
import { getContact } from '../contacts.ts';
import type { ToolContext } from '../core/context.ts';

/** A contact as `get_contact` returns it. */
export type ContactRecord = Json & { readonly id: string };

/** Reads past the cache: another process may have written since the last read. */
export const readFresh = ({ call }: ToolContext, endpoint: Endpoint, args: Json): Promise<Json> =>
  call(endpoint, args, 'interactive', { fresh: true });

/** An answer that neither gives the contact nor says that there is none must not lead to a new contact. */
export const unreadableAnswer = (): UserError =>
  new UserError(
    'HighLevel answered without saying whether the contact exists, so nothing further was written. Call again in a minute.',
  );

/**
 * The contact as it is stored now; undefined if it does not exist. Unlike search, this is current right after a write.
 * @throws UserError if the answer says neither
 */
export async function readContact(contactId: string, context: ToolContext): Promise<ContactRecord | undefined> {
  try {
    const contact = recordIn(await readFresh(context, getContact, { contactId }), 'contact');
    if (!contact) throw unreadableAnswer();
    return { ...contact, id: contactId };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
