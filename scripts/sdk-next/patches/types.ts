import type { Patch } from '../patch.ts';

export const types: Patch = {
  reason: 'the types of answers are stricter',
  edits: [
    {
      in: 'src/tools/core/tool-result.ts',
      find: 'interface ToolAnswer {',
      replace: 'interface ToolAnswer extends Record<string, unknown> {',
    },
    {
      in: 'test/tools/names/custom-fields.test.ts',
      find: 'written.content as [{ text: string }]',
      replace: 'written.content as unknown as [{ text: string }]',
    },
  ],
};
