import * as z from 'zod';
import { answer, Fields, Filled, of, unlistedLimit } from '../../core/schemas.ts';
import { compositeTool, lazyTool } from '../../core/tool.ts';
import { filters, MAX_SEARCH_TEXT } from '../../search-filters.ts';

/** What `tools/list` shows of a filter; search_contacts describes the whole. */
const listedFilter = {
  type: 'object',
  properties: {
    field: { type: 'string' },
    operator: { type: 'string' },
    value: { type: 'string' },
    gte: { type: 'string' },
  },
};

const FILE_NAME = /^[A-Za-z0-9][\w.-]{0,99}$/;

export const exportContacts = compositeTool({
  name: 'export_contacts',
  title: 'Export contacts',
  description:
    'Write all matching contacts to a new file. Returns its path and no contact data. If time runs out, call again with next.',
  scope: 'contacts.readonly',
  effect: 'read',
  setting: 'GHL_EXPORT_DIR',
  input: () =>
    z
      .strictObject({
        format: z.enum(['csv', 'jsonl']).optional(),
        columns: Fields.describe('keys of rows, customFields.<name>').optional(),
        query: Filled.max(MAX_SEARCH_TEXT).meta(unlistedLimit).optional(),
        filters: filters
          .meta({ items: listedFilter, ...unlistedLimit })
          .describe('as in search_contacts')
          .optional(),
        fileName: z
          .string()
          .regex(
            FILE_NAME,
            'must have only letters, digits, "-", "_" and ".", start with a letter or digit, and no path',
          )
          .optional(),
        handle: Filled.optional(),
      })
      .refine((args) => args.handle === undefined || Object.keys(args).length === 1, 'handle goes alone'),
  output: () =>
    answer({
      searched: of.text,
      path: of.text,
      rows: of.count,
      bytes: of.count,
      total: of.count,
      incomplete: of.flag,
      next: of.object,
    }),
  calls: [],
  run: lazyTool('exportContacts'),
});
