import type { Endpoint, Json } from '../endpoint.ts';
import { ID } from '../endpoint.ts';
import { UserError } from '../errors.ts';
import { toResult } from '../results.ts';
import { readTime } from '../times.ts';
import { listUsers } from './lookups.ts';
import { type Context, isFlow, type Tool } from './tool.ts';

/** Runs a tool on checked arguments: people's words to the API's, the call, and the answer as the model reads it. */
export async function runTool(tool: Tool, given: Json, context: Context): Promise<Json> {
  const args = await nameMe(given, context);
  return isFlow(tool) ? tool.run(args, context) : runEndpoint(tool, args, context);
}

/** One endpoint, one call. */
export async function runEndpoint(e: Endpoint, given: Json, { api, clock, signal }: Context): Promise<Json> {
  const args = { ...given };
  const notices: string[] = [];
  for (const name of e.times ?? []) {
    if (typeof args[name] !== 'string') continue;
    const { iso, echo } = await readTime(name, args[name], clock);
    args[name] = iso;
    if (echo) notices.push(`${name} read as ${echo}.`);
  }
  const data = await api.call(e, args, signal && e.effect === 'read' ? { signal } : {});
  const result = toResult(e, data, given);
  return notices.length ? { ...result, notice: notices.join(' ') } : result;
}

const USER_ARGUMENTS = ['assignedTo', 'userId', 'followers'] as const;

/** "me" in an argument that takes user ids is the person of GHL_USER. */
async function nameMe(args: Json, context: Context): Promise<Json> {
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

async function myId({ api, user }: Context): Promise<string> {
  if (user === undefined)
    throw new UserError(
      '"me" is not known: the owner sets GHL_USER to a HighLevel user id or email. Use the user id instead.',
    );
  if (ID.test(user)) return user;
  const { users } = await api.call(listUsers, {});
  const me = (users as Json[] | undefined)?.find((u) => String(u.email).toLowerCase() === user.toLowerCase());
  if (!me) throw new UserError('"me" is not known: no user of this location has the email in GHL_USER.');
  return String(me.id);
}
