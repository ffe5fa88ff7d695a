import * as z from 'zod';
import { answer, Filled, of } from '../../core/schemas.ts';
import { compositeTool, lazyTool } from '../../core/tool.ts';
import { searchArguments } from '../../search-arguments.ts';
import { filters, MAX_SEARCH_TEXT } from '../../search-filters.ts';

export const countContacts = compositeTool({
  name: 'count_contacts',
  title: 'Count contacts',
  description:
    'How many contacts match, or how many in each group, over the whole location. If time runs out, call again with next.handle.',
  scope: 'contacts.readonly',
  effect: 'read',
  input: () =>
    z
      .strictObject({
        groupBy: Filled.describe(
          'tag, source, owner, month (of dateAdded), business, city or customFields.<name>',
        ).optional(),
        query: Filled.max(MAX_SEARCH_TEXT).optional(),
        ...searchArguments,
        filters: filters.describe('as in search_contacts').optional(),
        handle: Filled.optional(),
      })
      .refine((args) => args.handle === undefined || Object.keys(args).length === 1, 'handle goes alone'),
  output: () =>
    answer({
      total: of.count,
      searched: of.text,
      incomplete: of.flag,
      counted: of.count,
      groupBy: of.text,
      zone: of.text,
      groups: of.rows,
      others: of.object,
      without: of.count,
      next: of.object,
    }),
  calls: [],
  run: lazyTool('countContacts'),
});
