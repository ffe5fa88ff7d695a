import { ID } from '../../api/endpoint.ts';
import { UserError } from '../../lib/errors.ts';
import type { Json } from '../../lib/json.ts';
import type { ToolContext } from '../core/context.ts';
import { listUsers } from '../lookups.ts';

const USER_ARGUMENTS = ['assignedTo', 'userId', 'followers'] as const;

/** "me" in an argument that takes user ids is the person of GHL_USER. */
export async function nameMe(args: Json, context: ToolContext): Promise<Json> {
  const mine = USER_ARGUMENTS.filter(
    (name) => args[name] === 'me' || (Array.isArray(args[name]) && args[name].includes('me')),
  );
  if (mine.length === 0) return args;
  const id = await myId(context);
  const swap = (value: unknown) => (value === 'me' ? id : value);
  return {
    ...args,
    ...Object.fromEntries(
      mine.map((name) => [name, Array.isArray(args[name]) ? args[name].map(swap) : swap(args[name])]),
    ),
  };
}

async function myId({ call, user }: ToolContext): Promise<string> {
  if (user === undefined)
    throw new UserError(
      '"me" is not known: the owner sets GHL_USER to a HighLevel user id or email. Use the user id instead.',
    );
  if (ID.test(user)) return user;
  const { users } = await call(listUsers, {});
  const me = (users as Json[] | undefined)?.find((u) => String(u.email).toLowerCase() === user.toLowerCase());
  if (!me) throw new UserError('"me" is not known: no user of this location has the email in GHL_USER.');
  return String(me.id);
}
