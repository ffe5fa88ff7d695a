import { resolve } from 'node:path';
import { SkippedError } from './checks.ts';
import type { InteropProgram } from './program.ts';
import { runCommand } from './run-command.ts';

/** Checks every message of a whole conversation against the official schemas of four revisions of the protocol. */
export const protocolSchemas: InteropProgram = {
  name: 'protocol-schemas',
  packages: {},
  async run() {
    if (!process.env.MCP_SCHEMA_DIR) {
      const message = 'MCP_SCHEMA_DIR does not name the folder with the official schemas of the protocol.';
      throw new SkippedError(message, { isInevitable: true });
    }
    const vitest = resolve('node_modules/vitest/vitest.mjs');
    const args = [vitest, 'run', '--reporter=dot', 'test/mcp/wire.test.ts'];
    const { code, stdout, stderr } = await runCommand(process.execPath, args);
    if (code !== 0) throw new Error(`${stdout}\n${stderr}`);
    return 'every message of test/mcp/wire.test.ts conforms';
  },
};
