import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { type ElicitRequest, ElicitRequestSchema, type ElicitResult } from '@modelcontextprotocol/sdk/types.js';
import type { Entry } from '../../src/api/write/journal/entry.ts';
import type { Json } from '../../src/lib/json.ts';
import { createSandbox, type SandboxData, serveSandbox } from '../../src/sandbox/index.ts';
import { textOf } from '../connect.ts';
import { PROGRAM } from '../program.ts';

export const ANN = 'contactAnn0000000000';
export const BEN = 'contactBen0000000000';
const PEOPLE: SandboxData = {
  contacts: [
    { id: ANN, firstName: 'Ann', lastName: 'Lee', tags: ['vip'] },
    { id: BEN, firstName: 'Ben', lastName: 'Ode' },
  ],
};

/** How a host answers a question; it declares no forms if there is none, and knows no such request if it is `unknown`. */
export type Answerer = ((question: ElicitRequest['params']) => Promise<ElicitResult> | ElicitResult) | 'unknown';

/** A sandbox over HTTP, and the settings of a server for it. */
export async function servedSandbox() {
  const sandbox = createSandbox({ rate: 'off', data: PEOPLE });
  const served = await serveSandbox(sandbox, 0);
  const folder = await mkdtemp(join(tmpdir(), 'ghl-forms-'));
  const journal = join(folder, 'journal.jsonl');
  return {
    env: {
      PATH: process.env.PATH ?? '',
      GHL_BASE_URL: served.url,
      GHL_API_KEY: sandbox.token,
      GHL_LOCATION_ID: sandbox.locationId,
      GHL_SCOPES: 'contacts.readonly contacts.write',
      GHL_JOURNAL: journal,
      GHL_CONFIRM: 'on',
      XDG_STATE_HOME: folder,
    },
    /** Ids of the contacts that exist. */
    async contacts(): Promise<string[]> {
      const answer = await sandbox.fetch(new Request('http://sandbox.invalid/__sandbox/state'));
      const { contacts } = (await answer.json()) as { contacts: { id: string }[] };
      return contacts.map(({ id }) => id).sort();
    },
    async entries(): Promise<Entry[]> {
      const text = await readFile(journal, 'utf8').catch(() => '');
      return text.split('\n').flatMap((line): Entry[] => (line === '' ? [] : [JSON.parse(line)]));
    },
    async close() {
      await served.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The built program over stdio, with the SDK's client as a host that answers questions. */
export async function hostWithForms(answer?: Answerer) {
  const sandbox = await servedSandbox();
  const questions: string[] = [];
  const capabilities = answer === undefined ? {} : { elicitation: {} };
  const client = new Client({ name: 'test', version: '0' }, { capabilities });
  if (typeof answer === 'function')
    client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
      questions.push(params.message);
      return answer(params);
    });
  await client.connect(new StdioClientTransport({ command: process.execPath, args: [PROGRAM], env: sandbox.env }));
  return {
    ...sandbox,
    client,
    questions,
    async call(name: string, args: Json): Promise<Json> {
      const result = await client.callTool({ name, arguments: args });
      if (result.isError) throw new Error(textOf(result));
      return result.structuredContent as Json;
    },
    async close() {
      await client.close();
      await sandbox.close();
    },
  };
}
