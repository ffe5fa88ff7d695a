import { UserError } from '../../lib/errors.ts';
import type { Json } from '../../lib/json.ts';
import { isE164, parsePhone } from '../../lib/phone.ts';
import type { ToolContext } from '../core/context.ts';

/** The location's country in two letters; undefined if it is not known. */
export const locationCountry = async ({
  location,
  signal,
}: Pick<ToolContext, 'location' | 'signal'>): Promise<string | undefined> =>
  (location.known() ?? (await location.read({ signal }))).country;

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
