import { describe, expect, test } from 'vitest';
import { confirmation } from '../../src/tools/core/schemas.ts';
import { isComposite } from '../../src/tools/core/tool.ts';
import { tools } from '../../src/tools/index.ts';
import { connect } from '../connect.ts';
import { examples, findFixture } from '../examples.ts';
import { type ToolName, toolContract } from '../tools/contract.ts';

const fixture = await findFixture();

/** A handle exists only after a preview: `confirm` has tests of its own. */
const NOT_IN_EXAMPLES = Object.keys(confirmation);

/** Other composite tools are not in the description; their own tests cover their arguments. */
const described = tools.filter((tool) => !isComposite(tool) || tool.calls.some(({ name }) => name === tool.name));

describe('the examples', () => {
  test('cover every tool that is an endpoint, or has the name of the one it calls', () => {
    expect(described.map(({ name }) => name).sort()).toEqual(toolContract.map(([name]) => name).sort());
  });

  test.each(described.map((tool) => [tool.name, tool] as const))(
    '%s: each call succeeds, and every argument occurs',
    async (name, tool) => {
      const calls = Object.values(examples[name as ToolName](fixture));
      for (const args of calls) {
        const { call } = await connect({ timezone: 'America/New_York' });
        await call(name, args);
      }
      const used = new Set([...NOT_IN_EXAMPLES, ...calls.flatMap((args) => Object.keys(args))]);
      expect(Object.keys(tool.input().shape).filter((argument) => !used.has(argument))).toEqual([]);
    },
  );
});
