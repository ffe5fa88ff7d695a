import { UserError } from '../../lib/errors.ts';
import type { Json } from '../../lib/json.ts';
import { isE164, parsePhone } from '../../lib/phone.ts';
import type { ToolContext } from '../core/context.ts';
import { countryOf } from './onboard/parse-person.ts';

/**
 * Arguments whose phone is spelled as lookups know it, whatever its spelling: in another one HighLevel finds nobody, and
 * whoever reads that creates a person twice.
 * @throws UserError for what is no whole number
 */
export async function withE164(args: Json, name: string, context: ToolContext): Promise<Json> {
  const { number, certain } = await parsePhone(String(args[name]), () => countryOf(context));
  if (!isE164(number))
    throw new UserError(`Nothing was sent. ${name} must be a whole phone number, such as +15125550100.`);
  context.notify(`${name} read as ${number}${certain ? '' : '; its country was guessed'}.`);
  return { ...args, [name]: number };
}
