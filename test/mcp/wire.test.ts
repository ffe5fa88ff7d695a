import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Json } from '../../src/lib/json.ts';

import { serverOf } from '../connect.ts';
import { type ExampleCall, everyCall } from '../every-tool.ts';
import { findFixture } from '../examples.ts';

const folder = process.env.MCP_SCHEMA_DIR;
const REVISIONS = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'] as const;

/** The definition that the result of each request is held to. */
const RESULTS: Readonly<Record<string, string>> = {
  initialize: 'InitializeResult',
  ping: 'EmptyResult',
  'tools/list': 'ListToolsResult',
  'tools/call': 'CallToolResult',
  'resources/list': 'ListResourcesResult',
  'resources/templates/list': 'ListResourceTemplatesResult',
  'resources/read': 'ReadResourceResult',
  'resources/subscribe': 'EmptyResult',
  'resources/unsubscribe': 'EmptyResult',
  'prompts/list': 'ListPromptsResult',
  'prompts/get': 'GetPromptResult',
  'completion/complete': 'CompleteResult',
};

/** The definition of each notification that the server sends. */
const NOTIFICATIONS: Readonly<Record<string, string>> = {
  'notifications/progress': 'ProgressNotification',
  'notifications/resources/updated': 'ResourceUpdatedNotification',
  'notifications/resources/list_changed': 'ResourceListChangedNotification',
  'notifications/tools/list_changed': 'ToolListChangedNotification',
  'notifications/prompts/list_changed': 'PromptListChangedNotification',
};

/** Checks a value against a definition of one revision; what is wrong, or nothing. */
function schemaOf(revision: string) {
  const schema = JSON.parse(readFileSync(join(String(folder), `schema-${revision}.json`), 'utf8')) as Json;
  const formats = { uri: (text: string) => URL.canParse(text), 'uri-template': true, byte: true } as const;
  const options = { strict: false, allErrors: true, formats };
  const modern = schema.$defs !== undefined;
  const ajv = modern ? new Ajv2020(options) : new Ajv(options);
  ajv.addSchema(schema, 'mcp');
  const defined = (name: string) => ajv.getSchema(`mcp#/${modern ? '$defs' : 'definitions'}/${name}`);
  return {
    fault(name: string, value: unknown): string | undefined {
      const validate = defined(name);
      if (!validate) return `there is no definition ${name}`;
      return validate(value) ? undefined : `${name}: ${ajv.errorsText(validate.errors)}`;
    },
    envelopes: modern
      ? { result: 'JSONRPCResultResponse', error: 'JSONRPCErrorResponse' }
      : { result: 'JSONRPCResponse', error: 'JSONRPCError' },
  };
}

interface Reply {
  readonly result?: Json;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
}

/** A client without a library. It records every message of the server as it was sent. */
async function rawClient(revision: string) {
  const { server, sandbox } = serverOf();
  const [here, there] = InMemoryTransport.createLinkedPair();
  const received: Json[] = [];
  const methods = new Map<unknown, string>();
  const waiting = new Map<unknown, (reply: Reply) => void>();
  here.onmessage = (message) => {
    const sent = JSON.parse(JSON.stringify(message)) as Json;
    received.push(sent);
    waiting.get(sent.id)?.(sent as Reply);
  };
  await Promise.all([server.connect(there), here.start()]);
  let id = 0;
  const send = (message: Json) => here.send({ jsonrpc: '2.0', ...message } as unknown as JSONRPCMessage);
  /** The id of a request, and what comes back. */
  const begin = (method: string, params?: Json): [number, Promise<Reply>] => {
    const own = ++id;
    methods.set(own, method);
    const reply = new Promise<Reply>((resolve) => waiting.set(own, resolve));
    void send({ id: own, method, ...(params ? { params } : {}) });
    return [own, reply];
  };
  const request = (method: string, params?: Json): Promise<Reply> => begin(method, params)[1];
  const initialized = await request('initialize', {
    protocolVersion: revision,
    capabilities: {},
    clientInfo: { name: 'wire', version: '0' },
  });
  expect(initialized.result?.protocolVersion).toBe(revision);
  await send({ method: 'notifications/initialized' });
  return { server, sandbox, request, begin, send, received, methods };
}

type Raw = Awaited<ReturnType<typeof rawClient>>;

/** Every request that a host may send, including rejected ones. */
async function converse({ request, begin, send, server }: Raw, calls: readonly ExampleCall[], contactId: string) {
  const call = (name: string, args: Json, more: Json = {}) => request('tools/call', { name, arguments: args, ...more });
  for (const list of ['tools', 'resources', 'resources/templates', 'prompts']) await request(`${list}/list`);
  await request('ping');
  const parts = ['', '/tasks', '/notes', '/appointments', '/overview', '/timeline'];
  for (const part of parts) await request('resources/read', { uri: `ghl://contacts/${contactId}${part}` });
  const page = await request('resources/read', { uri: 'ghl://contacts' });
  const [{ text } = { text: '{}' }] = (page.result?.contents ?? []) as { text: string }[];
  const { nextUri } = JSON.parse(text) as Json;
  for (const uri of [nextUri, 'ghl://status']) await request('resources/read', { uri });
  for (const uri of [`ghl://contacts/${'x'.repeat(20)}`, 'ghl://nothing']) {
    expect((await request('resources/read', { uri })).error).toMatchObject({ code: -32002, data: { uri } });
  }
  await request('resources/subscribe', { uri: `ghl://contacts/${contactId}` });
  await request('resources/subscribe', { uri: 'ghl://status' });
  await call('create_contact_note', { contactId, body: 'Called.' });
  await request('resources/unsubscribe', { uri: `ghl://contacts/${contactId}` });
  const named: [string, Json][] = [
    ['contact_dashboard', { contact: contactId }],
    ['contact_dashboard', {}],
    ['onboard_contact', { email: 'maria.lopez@northshoremed.example' }],
    ['complete_task', { contact: contactId, task: 'call' }],
    ['sync_changes', {}],
    ['activity_timeline', { contact: 'ma' }],
    ['update_segment', { tag: 'vip' }],
    ['no_such_prompt', {}],
  ];
  for (const [name, args] of named) await request('prompts/get', { name, arguments: args });
  const ref = { type: 'ref/prompt', name: 'contact_dashboard' };
  await request('completion/complete', { ref, argument: { name: 'contact', value: 'ma' } });
  await request('completion/complete', { ref: { ...ref, name: 'none' }, argument: { name: 'contact', value: 'ma' } });
  const uri = 'ghl://contacts/{contactId}';
  await request('completion/complete', {
    ref: { type: 'ref/resource', uri },
    argument: { name: 'contactId', value: 'ma' },
  });
  await call('no_such_tool', {});
  await call('get_contact', { contactId: 'a/b' });
  await call('get_contact', { contactId: 'x'.repeat(20) });
  await request('no/such/method');
  await call('count_contacts', { groupBy: 'tag' }, { _meta: { progressToken: 'p1' } });
  const [id, reply] = begin('tools/call', { name: 'list_contacts', arguments: { query: 'cancelled' } });
  await send({ method: 'notifications/cancelled', params: { requestId: id, reason: 'test' } });
  await request('ping');
  let answered = false;
  void reply.then(() => {
    answered = true;
  });
  for (const { tool, args } of calls) await call(tool, args);
  expect(answered).toBe(false);
  await server.sendToolListChanged();
  await server.sendPromptListChanged();
}

/** What is wrong with the messages of a conversation. */
function faultsOf({ received, methods }: Raw, { fault, envelopes }: ReturnType<typeof schemaOf>): string[] {
  const said: string[] = [];
  for (const message of received) {
    const method = String(message.method ?? methods.get(message.id));
    const faults = [fault('JSONRPCMessage', message)];
    if (message.method !== undefined) faults.push(fault(NOTIFICATIONS[method] ?? method, message));
    else if (message.error) faults.push(fault(envelopes.error, message));
    else faults.push(fault(envelopes.result, message), fault(RESULTS[method] ?? method, message.result));
    for (const found of faults) if (found) said.push(`${method}: ${found}`);
  }
  return [...new Set(said)];
}

if (!folder) console.log('MCP_SCHEMA_DIR is not set: messages are not held to the schemas of the protocol');
describe.skipIf(!folder)('every message of a whole conversation is valid', () => {
  let calls: ExampleCall[];
  let contactId: string;
  beforeAll(async () => {
    calls = await everyCall();
    contactId = (await findFixture()).contactId;
  });

  test.each(REVISIONS)('conforms to the official schema of revision %s', async (revision) => {
    const client = await rawClient(revision);
    await converse(client, calls, contactId);
    const count = (wanted: (message: Json) => unknown) => client.received.filter(wanted).length;
    const [errors, notifications] = [count(({ error }) => error), count(({ method }) => method)];
    console.log(
      `${revision}: ${client.received.length} messages, ${errors} errors and ${notifications} notifications among them`,
    );
    expect(faultsOf(client, schemaOf(revision))).toEqual([]);
    expect(new Set(client.received.map(({ method }) => method).filter(Boolean))).toEqual(
      new Set(Object.keys(NOTIFICATIONS)),
    );
    expect(new Set(client.methods.values())).toEqual(new Set([...Object.keys(RESULTS), 'no/such/method']));
    expect(errors).toBeGreaterThanOrEqual(6);
  });

  test.each(REVISIONS)('and an invalid message is found in revision %s', (revision) => {
    const { fault } = schemaOf(revision);
    const content = [{ type: 'text', text: 1 }];
    expect(fault('CallToolResult', { content })).toBeDefined();
    expect(fault('ResourceUpdatedNotification', { jsonrpc: '2.0', method: 'x', params: {} })).toBeDefined();
    expect(fault('NoSuchDefinition', {})).toBeDefined();
  });
});
