import { describe, expect, test } from 'vitest';
import { tools } from '../../src/tools/index.ts';
import { connect } from '../connect.ts';
import { examples, findFixture } from '../examples.ts';
import { type ToolName, toolContract } from '../tools/contract.ts';

const fixture = await findFixture();

/** Composite tools are not in the description; their own tests cover their arguments. */
const described = tools.filter(({ family }) => family !== 'flows');

describe('the examples', () => {
  test('cover every tool except the composite ones', () => {
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
      const used = new Set(calls.flatMap((args) => Object.keys(args)));
      expect(Object.keys(tool.input.shape).filter((argument) => !used.has(argument))).toEqual([]);
    },
  );
});
