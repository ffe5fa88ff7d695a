import { UserError } from '../../lib/errors.ts';
import { type Json, recordIn, textIn } from '../../lib/json.ts';
import { isE164, parsePhone } from '../../lib/phone.ts';
import type { ToolContext } from '../core/context.ts';
import { mayRead } from '../core/permissions.ts';
import { getLocation } from '../lookups.ts';

/** The location's country in two letters; undefined if it cannot be read. */
export async function locationCountry({ call, access }: ToolContext): Promise<string | undefined> {
  if (!mayRead(getLocation, access)) return undefined;
  try {
    return textIn(recordIn(await call(getLocation, {}), 'location'), 'country');
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
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
