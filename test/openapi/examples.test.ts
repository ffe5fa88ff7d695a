import { describe, expect, test } from 'vitest';
import { checkInput } from '../../src/input.ts';
import { tools } from '../../src/tools/index.ts';
import { examples, findFixture, type ToolName } from '../examples.ts';

const fixture = await findFixture();

describe('examples', () => {
  test.each(tools.map((tool) => [tool.name, tool] as const))('%s: valid, and every argument occurs', (name, tool) => {
    const calls = Object.values(examples[name as ToolName](fixture));
    for (const args of calls) expect(() => checkInput(tool, args)).not.toThrow();
    const used = new Set(calls.flatMap((args) => Object.keys(args)));
    expect(Object.keys(tool.input.shape).filter((name) => !used.has(name))).toEqual([]);
  });
});
