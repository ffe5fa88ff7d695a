import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { describe, expect, test } from 'vitest';
import { SCOPES } from '../../src/api/scopes.ts';
import type { Json } from '../../src/lib/json.ts';
import { createSandbox, serveSandbox } from '../../src/sandbox/index.ts';
import { connect, INDEX_DELAY_MS, textOf } from '../connect.ts';
import { PROGRAM } from '../program.ts';
import { createConversation, type Environment } from './conversation.ts';
import { systems } from './index.ts';

/** The built server over stdio, as a host starts it, against the sandbox over HTTP, which other clients can reach too. */
async function overStdio(): Promise<Environment & { close(): Promise<void> }> {
  const sandbox = createSandbox({ rate: 'off', indexDelayMs: INDEX_DELAY_MS });
  const { url, close } = await serveSandbox(sandbox, 0);
  const state = await mkdtemp(join(tmpdir(), 'ghl-systems-'));
  const env = {
    PATH: process.env.PATH ?? '',
    GHL_BASE_URL: url,
    GHL_API_KEY: sandbox.token,
    GHL_LOCATION_ID: sandbox.locationId,
    GHL_SCOPES: SCOPES.join(' '),
    GHL_JOURNAL: 'off',
    XDG_STATE_HOME: state,
  };
  const client = new Client({ name: 'test', version: '0' });
  await client.connect(new StdioClientTransport({ command: process.execPath, args: [PROGRAM], env }));
  return {
    sandbox,
    now: Date.now,
    // Only the clock of the sandbox advances: the server learns from the Date header that HighLevel's clock is ahead.
    indexed: () => sandbox.advance(INDEX_DELAY_MS),
    async call(tool, args) {
      const result = await client.callTool({ name: tool, arguments: args });
      if (result.isError) throw new Error(`${tool}: ${textOf(result)}`);
      return result.structuredContent as Json;
    },
    async close() {
      await client.close();
      await close();
      await rm(state, { recursive: true, force: true });
    },
  };
}

describe('the flows of the five systems over stdio', () => {
  test.each(systems.map((system) => [system.name, system] as const))('%s', async (name, { flows }) => {
    for (const { title, run } of flows) {
      const environment = await overStdio();
      const { conversation, lines } = createConversation(environment);
      try {
        await run(conversation);
      } catch (error) {
        (error as Error).message = `${title}: ${(error as Error).message}`;
        throw error;
      } finally {
        await environment.close();
      }
      const calls = lines.filter(({ kind }) => kind === 'call').length;
      console.log(`${name}: ${title}: ${calls} calls over stdio`);
      expect(calls, title).toBeGreaterThan(0);
    }
  });
});

describe.each([0, INDEX_DELAY_MS, 45_000])('the same flows in memory with an index delay of %i ms', (indexDelayMs) => {
  test.each(systems.map((system) => [system.name, system] as const))('%s', async (_, { flows }) => {
    for (const { run } of flows)
      await run(createConversation(await connect({ confirm: 'on', sandbox: { indexDelayMs } })).conversation);
  });
});
