import { ID, isId } from '../../api/endpoint.ts';
import { UserError } from '../../lib/errors.ts';
import { isRecord, type Json, rowsIn, textIn } from '../../lib/json.ts';
import type { ToolContext } from '../core/context.ts';
import { listUsers } from '../lookups.ts';

const USER_ARGUMENTS: readonly string[] = ['assignedTo', 'userId', 'followers'];

/** Replaces "me" by the user of GHL_USER in every argument that takes user ids, also in rows, tasks and `set`. */
export async function resolveMe(args: Json, context: ToolContext): Promise<Json> {
  let found = false;
  replaceMe(args, () => {
    found = true;
  });
  if (!found) return args;
  const id = await myId(context);
  return replaceMe(args, () => id);
}

function replaceMe(args: Json, user: () => unknown): Json {
  const replaced = (value: unknown, takesUsers: boolean): unknown => {
    if (takesUsers && value === 'me') return user();
    if (Array.isArray(value)) return value.map((item) => replaced(item, takesUsers));
    return isRecord(value) ? replaceMe(value, user) : value;
  };
  return Object.fromEntries(
    Object.entries(args).map(([key, value]) => [key, replaced(value, USER_ARGUMENTS.includes(key))]),
  );
}

async function myId({ call, user }: ToolContext): Promise<string> {
  if (user === undefined)
    throw new UserError(
      '"me" is not known: the owner sets GHL_USER to a HighLevel user id or email. Use the name or id of the user instead.',
    );
  if (ID.test(user)) return user;
  const users = rowsIn(await call(listUsers, {}), 'users');
  const me = users.find((each) => textIn(each, 'email')?.toLowerCase() === user.toLowerCase());
  if (!isId(me?.id)) throw new UserError('"me" is not known: no user of this location has the email in GHL_USER.');
  return me.id;
}
