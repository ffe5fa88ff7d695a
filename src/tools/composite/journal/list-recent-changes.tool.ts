import * as z from 'zod';
import { answer, Contact, Filled, of, Time, upTo } from '../../core/schemas.ts';
import { compositeTool, lazyTool } from '../../core/tool.ts';

export const listRecentChanges = compositeTool({
  name: 'list_recent_changes',
  title: 'List recent changes',
  description:
    'What this server changed, newest first: who, what, old and new values. Of this conversation, unless a contact, a time or allConversations is given.',
  scope: 'contacts.readonly',
  effect: 'read',
  input: () =>
    z.strictObject({
      contactId: Contact.optional(),
      tool: Filled.optional(),
      since: Time.optional(),
      until: Time.optional(),
      allConversations: z.boolean().optional(),
      limit: upTo(100).optional(),
      cursor: z.string().optional(),
    }),
  output: () => answer({ changes: of.rows, next: of.object }),
  calls: [],
  run: lazyTool('listRecentChanges'),
});
