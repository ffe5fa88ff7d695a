import * as z from 'zod';
import { answer, Filled, of, Skip, upTo } from '../../core/schemas.ts';
import { compositeTool, lazyTool } from '../../core/tool.ts';

export const findDuplicates = compositeTool({
  name: 'find_duplicates',
  title: 'Find duplicates',
  description: 'Groups of contacts that share an email, phone or full name, strongest evidence first.',
  scope: 'contacts.readonly',
  effect: 'read',
  input: () =>
    z.strictObject({
      limit: upTo(100).optional(),
      handle: Filled.optional(),
      skip: Skip.optional(),
    }),
  output: () =>
    answer({
      total: of.count,
      examined: of.count,
      incomplete: of.flag,
      groups: of.rows,
      shared: of.rows,
      next: of.object,
    }),
  calls: [],
  run: lazyTool('findDuplicates'),
});
