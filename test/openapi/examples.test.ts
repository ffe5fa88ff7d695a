import { describe, expect, test } from 'vitest';
import { tools } from '../../src/tools/index.ts';
import { connect } from '../connect.ts';
import { examples, findFixture, type ToolName } from '../examples.ts';

const fixture = await findFixture();

describe('examples', () => {
  test.each(tools.map((tool) => [tool.name, tool] as const))(
    '%s: each succeeds, every argument occurs',
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
