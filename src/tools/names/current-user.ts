import { isId } from '../../api/endpoint.ts';
import { textIn } from '../../lib/json.ts';
import type { ToolContext } from '../core/context.ts';
import type { NamedRow } from '../core/lookup-cache.ts';
import type { Referring } from '../core/references.ts';
import { NameNotFound } from './find-by-name.ts';
import { lookUp, lookUpAgain, whyNoNames } from './lookups.ts';

/** Whether an argument means the user of GHL_USER. */
export const isCurrentUser = ({ to, word }: Referring): boolean => to === 'users' && word.toLowerCase() === 'me';

/** The id of the user of GHL_USER. @throws NameNotFound; nothing was sent */
export async function currentUserId(argument: string, context: ToolContext): Promise<string> {
  const { user } = context;
  if (user === undefined)
    throw unknown(argument, 'the owner sets GHL_USER to a HighLevel user id or email. Use the name or id of the user.');
  if (isId(user)) return user;
  const rows = await lookUp('users', context);
  if (rows === undefined)
    throw unknown(argument, `GHL_USER is an email, and ${whyNoNames('users', context)} give the id of the user.`);
  const found = withEmail(user, rows) ?? withEmail(user, (await lookUpAgain('users', context)) ?? rows);
  if (!found) throw unknown(argument, 'no user of this location has the email in GHL_USER.');
  return found.id;
}

const withEmail = (email: string, rows: readonly NamedRow[]): NamedRow | undefined =>
  rows.find((row) => textIn(row, 'email')?.toLowerCase() === email.toLowerCase());

const unknown = (argument: string, why: string): NameNotFound =>
  new NameNotFound(`Nothing was sent. ${argument}: "me" is not known: ${why}`);
