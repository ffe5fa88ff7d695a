import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { describe, expect, test } from 'vitest';
import pkg from '../../package.json' with { type: 'json' };
import type { Json } from '../../src/lib/json.ts';
import { buildToolDefinition } from '../../src/tools/core/tool-schema.ts';

import { tools } from '../../src/tools/index.ts';
import { textOf } from '../connect.ts';
import { HELLO, PROGRAM, rpc, start } from '../program.ts';

const run = (args: string[], env: Record<string, string> = {}) =>
  promisify(execFile)(process.execPath, [PROGRAM, ...args], { env: { PATH: process.env.PATH ?? '', ...env } }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );

describe('the built program over stdio', () => {
  test('works with the SDK client, in the sandbox', async () => {
    const client = new Client({ name: 'test', version: '0' });
    await client.connect(
      new StdioClientTransport({
        command: process.execPath,
        args: [PROGRAM, '--sandbox'],
        env: { GHL_EXPORT_DIR: tmpdir() },
      }),
    );
    expect(client.getServerVersion()).toMatchObject({
      name: 'ghl-contacts-mcp',
      title: 'GHL Contacts',
      version: pkg.version,
    });
    const listed = (await client.listTools()).tools;
    // What was derived when it was built is what the source derives.
    expect(listed).toEqual(tools.map(buildToolDefinition));
    const found = await client.callTool({ name: 'search_contacts', arguments: { query: 'maria', pageLimit: 1 } });
    expect((found.structuredContent as { contacts: Json[] }).contacts).toHaveLength(1);
    await client.close();
  });

  test('survives invalid JSON-RPC, answers unknown methods, and prints nothing but the protocol', async () => {
    const program = start(['--sandbox']);
    program.send('this is not json');
    program.send('{"jsonrpc":"2.0"}');
    program.send('[1,2,3]');
    program.send(rpc(7, 'server/discover'));
    expect((await program.answer(7)).error).toMatchObject({ code: -32601 });
    program.send(HELLO);
    expect((await program.answer(1)).result).toMatchObject({ protocolVersion: '2025-11-25' });
    program.send(rpc(2, 'tools/call', { name: 'get_contact', arguments: { contactId: '../x' } }));
    expect(((await program.answer(2)).result as Json).isError).toBe(true);
    program.send(rpc(3, 'tools/call', { name: 5 }));
    expect((await program.answer(3)).error).toBeDefined();
    program.send(rpc(4, 'ping'));
    expect((await program.answer(4)).result).toEqual({});
    program.child.stdin.end();
    expect(await program.ended).toBe(0);
    for (const line of program.lines) expect(JSON.parse(line)).toMatchObject({ jsonrpc: '2.0' });
  });

  test('accepts null for an absent member, and answers every invalid request', async () => {
    const program = start(['--sandbox']);
    program.send(HELLO);
    const params = { name: 'list_users', arguments: {} };
    const wellMeant: unknown[] = [
      { method: 'tools/list', params: null },
      { method: 'tools/list', params: [] },
      { method: 'resources/list', params: { cursor: null } },
      { method: 'tools/call', params: { ...params, _meta: null } },
      { method: 'tools/call', params: { ...params, _meta: { progressToken: null } } },
      { method: 'prompts/get', params: { name: 'sync_changes', arguments: null } },
      { method: 'prompts/get', params: { name: 'update_segment', arguments: { tag: null, change: 'x' } } },
    ];
    for (const [i, request] of wellMeant.entries()) {
      program.send({ jsonrpc: '2.0', id: 10 + i, ...(request as Json) });
      expect((await program.answer(10 + i)).result, JSON.stringify(request)).toBeDefined();
    }
    for (const [i, wrong] of ['text', 5, ['a'], { _meta: 'x' }].entries()) {
      program.send({ jsonrpc: '2.0', id: 30 + i, method: 'tools/list', params: wrong });
      expect((await program.answer(30 + i)).error, JSON.stringify(wrong)).toMatchObject({ code: -32600 });
    }
    program.send({ jsonrpc: '1.0', id: 40, method: 'ping' });
    expect((await program.answer(40)).error).toMatchObject({ code: -32600 });
    // A message in many pieces, cut inside a character.
    const bytes = Buffer.from(`${JSON.stringify(rpc(50, 'tools/call', { name: 'é🚲', arguments: {} }))}\r\n`);
    for (const byte of bytes) program.child.stdin.write(Buffer.from([byte]));
    expect(JSON.stringify((await program.answer(50)).result)).toContain('é🚲');
    // A batch, after a byte order mark.
    program.send(`\uFEFF${JSON.stringify([rpc(60, 'ping'), rpc(61, 'tools/list')])}`);
    expect((await program.answer(60)).result).toEqual({});
    expect((await program.answer(61)).result).toBeDefined();
    program.child.stdin.end();
    expect(await program.ended).toBe(0);
  });

  test.each(['SIGTERM', 'SIGINT'] as const)('%s ends it with exit code 0', async (signal) => {
    const program = start(['--sandbox']);
    program.send(HELLO);
    await program.answer(1);
    program.child.kill(signal);
    expect(await program.ended).toBe(0);
  });

  test('a host that closes stdout ends it without a stack trace', async () => {
    const program = start(['--sandbox']);
    program.send(HELLO);
    await program.answer(1);
    program.child.stdout.destroy();
    for (let id = 2; id < 6; id += 1) program.send(rpc(id, 'tools/list'));
    expect(await program.ended).toBe(0);
    expect(program.stderr()).not.toMatch(/EPIPE|at /);
  });
});

describe('without a credential', () => {
  test('the server starts, lists its tools, and every call says what is missing', async () => {
    const client = new Client({ name: 'test', version: '0' });
    await client.connect(
      new StdioClientTransport({ command: process.execPath, args: [PROGRAM], env: { GHL_API_KEY: '${GHL_API_KEY}' } }),
    );
    // The ten reads, and the tools of several calls that only read.
    expect((await client.listTools()).tools).toHaveLength(10 + 6);
    expect(client.getInstructions()).toContain('Not signed in to HighLevel: set GHL_API_KEY');
    for (const name of ['list_contacts', 'list_recent_changes']) {
      const result = await client.callTool({ name, arguments: {} });
      expect(result.isError).toBe(true);
      expect(textOf(result)).toMatch(/^Not signed in to HighLevel: set GHL_API_KEY .* --sandbox\.$/);
    }
    await client.close();
  });
});

describe('the command line', () => {
  test.each([
    [['--sandbox'], { GHL_TOOLS: 'taks' }, /^ghl-contacts-mcp: GHL_TOOLS: "taks" is no family.*\n$/],
    [[], { GHL_BASE_URL: 'http://example.com' }, /^ghl-contacts-mcp: GHL_BASE_URL: must be https.*\n$/],
    [
      ['--sandbox'],
      { GHL_EXPORT_DIR: 'exports' },
      /^ghl-contacts-mcp: GHL_EXPORT_DIR: "exports" is not an absolute.*\n$/,
    ],
    [[], { HOME: '', XDG_CONFIG_HOME: '', XDG_STATE_HOME: '' }, /^ghl-contacts-mcp: HOME .*home folder.*\n$/],
    [['setup', '--print'], { HOME: '' }, /^ghl-contacts-mcp: HOME .*home folder.*\n$/],
    [['frobnicate'], {}, /There is no command "frobnicate"/],
    [['sandbox', '--port', 'x'], {}, /port/],
    [
      ['sandbox', '--data', '/nowhere.json'],
      {},
      /^ghl-contacts-mcp: --data: \/nowhere.json cannot be read \(ENOENT\)\.\n$/,
    ],
    [
      ['sandbox', '--webhooks', 'http://example.com/hook'],
      {},
      /^ghl-contacts-mcp: --webhooks: url must be an http URL of 127\.0\.0\.1 or localhost: .*\.\n$/,
    ],
  ])('%j with %j ends with exit code 2 and one line', async (args, env, message) => {
    const { code, stdout, stderr } = await run(args, env);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stdout).toBe('');
  });

  test('--version and --help', async () => {
    expect((await run(['--version'])).stdout).toBe(`${pkg.version}\n`);
    expect((await run(['--help'])).stdout).toContain('sandbox [options]');
  });

  test('sandbox serves the API, prints its URL in one line, and the server works against it over HTTP', async () => {
    const api = start(['sandbox']);
    const line = await new Promise<string>((resolve) =>
      api.child.stdout.once('data', (chunk) => resolve(String(chunk))),
    );
    const { url, token, locationId } = JSON.parse(line) as Record<string, string>;
    const client = new Client({ name: 'test', version: '0' });
    const env = {
      GHL_BASE_URL: String(url),
      GHL_API_KEY: String(token),
      GHL_LOCATION_ID: String(locationId),
      GHL_SCOPES: 'contacts.readonly contacts.write',
    };
    await client.connect(new StdioClientTransport({ command: process.execPath, args: [PROGRAM], env }));
    const made = await client.callTool({ name: 'create_contact', arguments: { firstName: 'Over', lastName: 'HTTP' } });
    expect((made.structuredContent as { contact: Json }).contact).toMatchObject({ firstName: 'Over' });
    await client.close();
    api.child.kill('SIGTERM');
    expect(await api.ended).toBe(0);
  });

  test('demo says that its server ended, without a stack trace', async () => {
    const { code, stderr } = await run(['demo'], { HOME: '' });
    expect(code).toBe(1);
    expect(stderr).toMatch(/home folder.*\n.*The server ended before it answered\.\n$/);
  });

  test('demo runs to its end', async () => {
    const { code, stdout } = await run(['demo']);
    expect(code).toBe(0);
    for (const part of [
      'get_contact_overview',
      'create_contact_note',
      'already exists as',
      'needs the scope contacts.write',
      'That is all of it',
    ])
      expect(stdout).toContain(part);
  });
});
