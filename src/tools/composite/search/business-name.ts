import { UserError } from '../../../lib/errors.ts';
import { quoteForMessage } from '../../../lib/text.ts';
import type { ToolContext } from '../../core/context.ts';
import { idOf } from '../../names/find-by-name.ts';
import { lookUp, lookUpAgain, whyNoNames } from '../../names/lookups.ts';
import { indexById, rowsNamed } from '../../names/match-name.ts';
import { MAX_SEARCH_TEXT } from '../../search-filters.ts';

/** The shape of a business's id. */
const BUSINESS_ID = /^[0-9a-f]{24}$/;

/**
 * The name by which the index knows the business that is meant by an id or a name. It cannot tell businesses of one name
 * apart, which a notice says.
 * @throws UserError where no business fits, or the name of an id cannot be looked up
 */
export async function businessNamed(word: string, context: ToolContext): Promise<string> {
  const first = await lookUp('businesses', context);
  if (first === undefined) return nameWithoutLookup(word, context);
  const isKnown = indexById(first).has(word) || rowsNamed(word, first).length > 0;
  const rows = isKnown ? first : ((await lookUpAgain('businesses', context)) ?? first);
  const alike = rowsNamed(indexById(rows).get(word)?.name ?? word, rows);
  const [found] = alike;
  const name = indexById(rows).get(word)?.name ?? found?.name ?? (await idOf('businesses', word, 'business', context));
  if (alike.length > 1)
    context.notify(
      `${alike.length} businesses have the name ${quoteForMessage(name)}, and search cannot tell them apart: list_contacts_by_business takes the id of one.`,
    );
  if (name.length > MAX_SEARCH_TEXT)
    throw new UserError(
      `Nothing was sent. The name of this business is longer than the ${MAX_SEARCH_TEXT} characters that search takes: list_contacts_by_business takes its id.`,
    );
  return name;
}

/** Without the lookup a name is searched as it was given. */
function nameWithoutLookup(word: string, context: ToolContext): string {
  if (!BUSINESS_ID.test(word)) return word;
  throw new UserError(
    `Nothing was sent. business: search knows a business by its name only, and ${whyNoNames('businesses', context)} use list_contacts_by_business with the id, or give the name here.`,
  );
}
