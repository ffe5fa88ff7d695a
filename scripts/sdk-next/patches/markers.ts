import type { Patch } from '../patch.ts';

const MARKER = /^ *\/\* @mcp-codemod-error .*\*\/\n/gm;

export const markers: Patch = {
  reason: 'the marks of the codemod are dealt with by the other patches',
  edits: [
    { in: 'src/mcp', find: MARKER, replace: '' },
    { in: 'test', find: MARKER, replace: '' },
    { in: 'scripts/interop', find: MARKER, replace: '' },
  ],
};
