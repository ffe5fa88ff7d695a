import { UserError } from '../../lib/errors.ts';
import { type Json, recordIn, textIn } from '../../lib/json.ts';
import { isE164, parsePhone } from '../../lib/phone.ts';
import type { ToolContext } from '../core/context.ts';
import { mayRead } from '../core/permissions.ts';
import { getLocation } from '../lookups.ts';

const KEY = 'country';

/** The location's country in two letters, read once in ten minutes; undefined if it cannot be read. */
export async function locationCountry({
  call,
  access,
  clock,
  state,
  signal,
}: ToolContext): Promise<string | undefined> {
  if (!mayRead(getLocation, access)) return undefined;
  const stored = state.lookups.get(KEY, clock.now());
  if (stored) return stored.rows?.[0]?.name;
  const name = await readCountry(call);
  const rows = name === undefined ? undefined : [{ id: KEY, name }];
  if (signal?.aborted !== true) state.lookups.set(KEY, { at: clock.now(), rows, complete: true });
  return name;
}

async function readCountry(call: ToolContext['call']): Promise<string | undefined> {
  try {
    return textIn(recordIn(await call(getLocation, {}), 'location'), 'country');
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/** A phone number in any spelling as lookups know it; undefined where it is no whole number. */
export async function toE164(phone: string, context: ToolContext): Promise<string | undefined> {
  const { number } = await parsePhone(phone, () => locationCountry(context));
  return isE164(number) ? number : undefined;
}

/**
 * The arguments with the phone `name` in E.164: in another spelling HighLevel's lookup finds nobody, and a model that
 * believes it creates the person twice.
 * @throws UserError if it is not a whole phone number
 */
export async function withE164(args: Json, name: string, context: ToolContext): Promise<Json> {
  const { number, certain } = await parsePhone(String(args[name]), () => locationCountry(context));
  if (!isE164(number))
    throw new UserError(`Nothing was sent. ${name} must be a whole phone number, such as +15125550100.`);
  context.notify(`${name} read as ${number}${certain ? '' : '; its country was guessed'}.`);
  return { ...args, [name]: number };
}
