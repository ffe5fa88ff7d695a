import { type Endpoint, ID, type Json } from '../endpoint.ts';
import { UserError } from '../errors.ts';
import { toResult } from '../results.ts';
import { readTime } from '../times.ts';
import { listUsers } from './lookups.ts';
import { type Context, isFlow, type Tool } from './tool.ts';

/** What a tool is run with; notices are gathered here and become the answer's `notice`. */
type Given = Omit<Context, 'say'>;

/** Runs a tool on checked arguments: people's words to the API's, the call, and the answer as the model reads it. */
export async function runTool(tool: Tool, given: Json, context: Given): Promise<Json> {
  const notices = new Set<string>();
  const full: Context = { ...context, say: (notice) => notices.add(notice) };
  const args = await nameMe(given, full);
  const result = isFlow(tool) ? await tool.run(args, full) : await runEndpoint(tool, args, full);
  return notices.size > 0 ? { ...result, notice: [...notices].join(' ') } : result;
}

/** One endpoint, one call. */
async function runEndpoint(e: Endpoint, given: Json, { api, clock, ...options }: Context): Promise<Json> {
  const args = { ...given };
  for (const name of e.times ?? []) {
    if (typeof args[name] !== 'string') continue;
    const { iso, echo } = await readTime(name, args[name], clock);
    args[name] = iso;
    if (echo) options.say(`${name} read as ${echo}.`);
  }
  return toResult(e, await api.call(e, args, options), given);
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
