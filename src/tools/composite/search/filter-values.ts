import { UserError } from '../../../lib/errors.ts';
import { quoteForMessage } from '../../../lib/text.ts';
import type { ToolContext } from '../../core/context.ts';
import type { FieldType } from '../../core/search-fields.ts';
import { toE164 } from '../../names/phone.ts';
import { MAX_SEARCH_TEXT } from '../../search-filters.ts';

/** A number as text. */
export const NUMBER = /^-?\d+(\.\d+)?$/;

/**
 * A value of a filter in the form that the index compares: folded text, E.164, numbers and booleans as such.
 * @throws UserError for what can match nothing
 */
export async function readFilterValue(
  given: unknown,
  type: FieldType,
  operator: string,
  argument: string,
  context: ToolContext,
): Promise<unknown> {
  if (Array.isArray(given)) {
    const values: unknown[] = [];
    for (const each of given) values.push(await readFilterValue(each, type, operator, argument, context));
    return values;
  }
  if (typeof given !== 'string') return given;
  switch (type) {
    case 'number':
      return NUMBER.test(given) ? Number(given) : refuse(argument, 'a number', given);
    case 'boolean':
      return given === 'true' || given === 'false' ? given === 'true' : refuse(argument, 'true or false', given);
    case 'phone':
      return readPhone(given, operator, argument, context);
    case 'lowerCase':
      return withinLimit(given.toLowerCase(), argument);
    default:
      return withinLimit(given, argument);
  }
}

/** A whole number in E.164, of a part its digits: the index has no spaces and brackets. */
async function readPhone(given: string, operator: string, argument: string, context: ToolContext): Promise<unknown> {
  if (operator === 'wildcard') return given;
  const isPart = operator.includes('contains');
  const read = isPart ? given.replace(/[^\d+]/g, '') : await toE164(given, context);
  return (
    read ||
    refuse(argument, isPart ? 'digits' : 'a whole phone number such as +15125550100 (contains takes a part)', given)
  );
}

/** Lower case can be longer than the text that was given. @throws UserError */
export function withinLimit(text: string, argument: string): string {
  if (text.length <= MAX_SEARCH_TEXT) return text;
  throw new UserError(
    `Nothing was sent. ${argument} has ${text.length} characters as search compares it, which takes ${MAX_SEARCH_TEXT}: give a part of it with contains.`,
  );
}

function refuse(argument: string, what: string, given: string): never {
  throw new UserError(`Nothing was sent. ${argument} must be ${what}, not ${quoteForMessage(given)}.`);
}
