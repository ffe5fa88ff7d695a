import type { Patch } from '../patch.ts';

export const notifications: Patch = {
  reason: 'handlers of notifications are set by the name of the method, not by a schema',
  edits: [
    {
      in: 'test/mcp/prompts.test.ts',
      find: /const schemas = \[\s*ToolListChangedNotificationSchema,\s*ResourceListChangedNotificationSchema,\s*PromptListChangedNotificationSchema,\s*\];/g,
      replace: "const lists = ['tools', 'resources', 'prompts'] as const;",
    },
    {
      in: 'test/mcp/prompts.test.ts',
      find: /schemas\.map\(\s*\(schema\) => new Promise\(\(done\) => server\.client\.setNotificationHandler\(schema, done\)\),?\s*\)/g,
      replace: `lists.map((list) => new Promise((done) => server.client.setNotificationHandler(\`notifications/\${list}/list_changed\`, done)))`,
    },
    {
      in: 'test/mcp/prompts.test.ts',
      find: /^import \{[^}]*NotificationSchema,?\s*\} from '@modelcontextprotocol\/core';\n/gm,
      replace: '',
    },
  ],
};
