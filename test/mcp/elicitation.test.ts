import type { ElicitResult } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Json } from '../../src/lib/json.ts';
import { HELLO, type Program, rpc, start } from '../program.ts';
import { ANN, type Answerer, BEN, hostWithForms, servedSandbox } from './host-with-forms.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

async function host(answer?: Answerer) {
  const connected = await hostWithForms(answer);
  open.push(connected);
  return connected;
}

const YES: ElicitResult = { action: 'accept', content: { confirm: true } };
const DELETE = { contactId: ANN };

/** More than the 300 ms in which no person answers. */
const aPersonReads = () => new Promise((resolve) => setTimeout(resolve, 400));

describe('a delete of a contact, over stdio', () => {
  test('is done after the yes, with one question that names the contact', async () => {
    const { call, contacts, questions, entries } = await host(() => YES);
    expect(await call('delete_contact', DELETE)).toMatchObject({ succeeded: true, contact: { firstName: 'Ann' } });
    expect(await contacts()).toEqual([BEN]);
    expect(questions).toEqual([
      'Delete the contact "Ann Lee" (id contactAnn0000000000)? It has 0 tasks, 0 notes and 0 appointments. Undoing creates it again under another id; the appointments, conversations, workflow history and date added stay lost.',
    ]);
    expect((await entries()).map(({ tool, outcome }) => [tool, outcome])).toEqual([['delete_contact', 'done']]);
  });

  const REFUSALS: readonly (readonly [string, Exclude<Answerer, 'unknown'>, RegExp])[] = [
    ['declined', () => ({ action: 'decline' }), /declined/],
    ['accepted with an empty form', () => ({ action: 'accept', content: {} }), /without the yes/],
    ['accepted without a form', () => ({ action: 'accept' }), /without the yes/],
    ['accepted with no', () => ({ action: 'accept', content: { confirm: false } }), /without the yes/],
    ['accepted with a text', () => ({ action: 'accept', content: { confirm: 'true' } }), /without the yes/],
    ['accepted in another field', () => ({ action: 'accept', content: { yes: true } }), /without the yes/],
    ['cancelled after a while', () => aPersonReads().then(() => ({ action: 'cancel' })), /gave no answer/],
    ['answered with an error', () => Promise.reject(new Error('no window')), /returned an error/],
  ];
  let answerNext: Exclude<Answerer, 'unknown'>;
  let refusing: Awaited<ReturnType<typeof hostWithForms>>;
  beforeAll(async () => {
    refusing = await hostWithForms((question) => answerNext(question));
  });
  afterAll(() => refusing.close());

  test.each(REFUSALS)('that is %s changes nothing and gives no handle', async (_, answer, reason) => {
    const { call, contacts, questions, entries } = refusing;
    answerNext = answer;
    questions.length = 0;
    const before = (await entries()).length;
    const result = await call('delete_contact', DELETE);
    expect(result).toEqual({ confirmed: false, notice: expect.stringMatching(/^Not done, and nothing was changed: /) });
    expect(result.notice).toMatch(reason);
    expect(await contacts()).toEqual([ANN, BEN]);
    expect(questions).toHaveLength(1);
    expect((await entries()).slice(before)).toMatchObject([
      { tool: 'delete_contact', contactId: ANN, outcome: 'refused', reason: 'confirmation', attempts: 0 },
    ]);
  });

  const WITHOUT_PERSON: readonly (readonly [string, Answerer | undefined])[] = [
    ['shows no forms', undefined],
    ['declares forms and knows no such request', 'unknown'],
    ['cancels at once', () => ({ action: 'cancel' })],
  ];

  test.each(WITHOUT_PERSON)('by a host that %s is previewed, and done by next', async (_, answer) => {
    const { call, contacts, entries } = await host(answer);
    const preview = await call('delete_contact', DELETE);
    expect(preview).toEqual({
      preview: true,
      question: expect.stringContaining('"Ann Lee"'),
      next: { contactId: ANN, confirm: expect.stringMatching(/^\w{10}$/) },
      notice: expect.stringContaining('Nothing is done yet.'),
    });
    expect(await contacts()).toEqual([ANN, BEN]);
    expect(await entries()).toEqual([]);
    expect(await call('delete_contact', preview.next as Json)).toMatchObject({ succeeded: true });
    expect(await contacts()).toEqual([BEN]);
  });

  test('that the host cancels while the question is open is not done, even if the yes follows', async () => {
    const abort = new AbortController();
    const { client, contacts, entries, call } = await host(async () => {
      abort.abort();
      await aPersonReads();
      return YES;
    });
    const deletion = client.callTool({ name: 'delete_contact', arguments: DELETE }, undefined, {
      signal: abort.signal,
    });
    await expect(deletion).rejects.toThrow();
    // The answer to the next call follows the late yes.
    await aPersonReads();
    await call('get_contact', { contactId: ANN });
    expect(await contacts()).toEqual([ANN, BEN]);
    expect(await entries()).toMatchObject([{ outcome: 'refused', reason: 'confirmation' }]);
  });

  test('of two contacts at once asks two questions, and each answer counts for its own', async () => {
    const { call, contacts, questions } = await host(({ message }) =>
      message.includes('Ben') ? YES : { action: 'decline' },
    );
    const [ann, ben] = await Promise.all([call('delete_contact', DELETE), call('delete_contact', { contactId: BEN })]);
    expect(ann).toMatchObject({ confirmed: false });
    expect(ben).toMatchObject({ succeeded: true });
    expect(questions).toHaveLength(2);
    expect(await contacts()).toEqual([ANN]);
  });
});

describe('a merge, and an undo that creates a contact again, over stdio', () => {
  const MERGE = { keep: BEN, remove: ANN };
  const NO: ElicitResult = { action: 'decline' };

  test('are done after one question each', async () => {
    const { call, contacts, questions } = await host(() => YES);
    expect(await call('merge_contacts', MERGE)).toMatchObject({ merged: true, removed: { id: ANN, name: 'Ann Lee' } });
    expect(await contacts()).toEqual([BEN]);
    const { newIds } = await call('undo_change', { changeId: 'last' });
    expect(await contacts()).toEqual([BEN, (newIds as Json)[ANN]].sort());
    expect(questions).toEqual([
      expect.stringMatching(/^Merge "Ann Lee" .*\nMoved: 1 tag\. Tags may start automations\.\n/),
      expect.stringContaining('"Ann Lee" again under a new id, with 0 notes and 0 tasks.'),
    ]);
  });

  test.each([
    ['declines', () => NO],
    ['accepts with an empty form', () => ({ action: 'accept', content: {} }) as ElicitResult],
    ['accepts with a text and further fields', () => ({ action: 'accept', content: { confirm: 'true', all: true } })],
    ['returns an error', () => Promise.reject(new Error('no window'))],
  ] as const satisfies readonly (readonly [string, () => Promise<ElicitResult> | ElicitResult])[])(
    'that the host %s change nothing',
    async (_, refusal) => {
      let answer: () => Promise<ElicitResult> | ElicitResult = refusal;
      const { call, contacts, entries } = await host(() => answer());
      expect(await call('merge_contacts', MERGE)).toMatchObject({ confirmed: false });
      expect(await contacts()).toEqual([ANN, BEN]);
      answer = () => YES;
      await call('delete_contact', DELETE);
      answer = refusal;
      expect(await call('undo_change', { changeId: 'last' })).toMatchObject({ confirmed: false });
      expect(await contacts()).toEqual([BEN]);
      expect((await entries()).map(({ tool, outcome }) => [tool, outcome])).toEqual([
        ['merge_contacts', 'refused'],
        ['delete_contact', 'done'],
        ['undo_change', 'refused'],
      ]);
    },
  );

  test('by a host that shows no forms are previewed, and done by next', async () => {
    const { call, contacts } = await host();
    const merge = await call('merge_contacts', MERGE);
    expect(await contacts()).toEqual([ANN, BEN]);
    expect(await call('merge_contacts', merge.next as Json)).toMatchObject({ merged: true });
    const undo = await call('undo_change', { changeId: 'last' });
    expect(await contacts()).toEqual([BEN]);
    await call('undo_change', undo.next as Json);
    expect(await contacts()).toHaveLength(2);
  });
});

describe('a host of another kind, over stdio', () => {
  /** Content that is no object, an action that does not exist, no action, and a list as content. */
  const NO_ANSWERS = [
    { action: 'accept', content: 'yes' },
    { action: 'agree', content: { confirm: true } },
    { content: { confirm: true } },
    { action: 'accept', content: [{ confirm: true }] },
  ];

  /** The program, with a question for a delete open. */
  async function asked() {
    const sandbox = await servedSandbox();
    const program = start([], sandbox.env);
    open.push({
      async close() {
        program.child.kill('SIGKILL');
        await sandbox.close();
      },
    });
    program.child.stdin.on('error', () => {});
    program.send({ ...HELLO, params: { ...(HELLO.params as Json), capabilities: { elicitation: { form: {} } } } });
    await program.answer(1);
    program.send(rpc(2, 'tools/call', { name: 'delete_contact', arguments: DELETE }));
    return { ...sandbox, program, question: await questionIn(program) };
  }

  /** The nth question that the program asked, once it has; the first is 1. */
  async function questionIn(program: Program, nth = 1): Promise<Json> {
    for (;;) {
      const messages = program.lines.map((line): Json => JSON.parse(line));
      const question = messages.filter(({ method }) => method === 'elicitation/create')[nth - 1];
      if (question) return question;
      await new Promise((resolve) => program.child.stdout.once('data', () => setImmediate(resolve)));
    }
  }

  test('gets one required field, and an answer that is none changes nothing', async () => {
    const { program, question, contacts } = await asked();
    expect(question.params).toMatchObject({
      mode: 'form',
      requestedSchema: {
        type: 'object',
        properties: { confirm: { type: 'boolean', title: expect.any(String) } },
        required: ['confirm'],
      },
    });
    let { id } = question;
    for (const [n, result] of NO_ANSWERS.entries()) {
      program.send({ jsonrpc: '2.0', id, result });
      const { result: answer } = await program.answer(2 + n);
      expect((answer as Json).structuredContent, JSON.stringify(result)).toMatchObject({ confirmed: false });
      expect(await contacts()).toEqual([ANN, BEN]);
      program.send(rpc(3 + n, 'tools/call', { name: 'delete_contact', arguments: DELETE }));
      ({ id } = await questionIn(program, 2 + n));
    }
  });

  test('that goes away while the question is open changes nothing, and the server ends', async () => {
    const { program, contacts, entries } = await asked();
    program.child.stdin.end();
    expect(await program.ended).toBe(0);
    expect(await contacts()).toEqual([ANN, BEN]);
    expect((await entries()).filter(({ outcome }) => outcome === 'done')).toEqual([]);
  });

  test('that answers twice deletes once', async () => {
    const { program, question, contacts, entries } = await asked();
    for (let i = 0; i < 2; i += 1) program.send({ jsonrpc: '2.0', id: question.id, result: YES });
    await program.answer(2);
    expect(await contacts()).toEqual([BEN]);
    expect(await entries()).toHaveLength(1);
  });
});
