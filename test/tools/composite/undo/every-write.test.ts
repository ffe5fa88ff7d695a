import { describe, expect, test } from 'vitest';
import { type Json, listIn } from '../../../../src/lib/json.ts';
import { DIFFERENCES } from '../../../../src/tools/composite/undo/differences.ts';
import { ruleOf, UNDO_RULES } from '../../../../src/tools/composite/undo/rules.ts';
import { isComposite } from '../../../../src/tools/core/tool.ts';
import { endpoints, tools } from '../../../../src/tools/index.ts';
import { type ExampleCall, everyCall } from '../../../every-tool.ts';
import { findFixture } from '../../../examples.ts';
import { differencesBetween, unexpected } from './compare.ts';
import { setUp, stateOf } from './world.ts';

const UNDO = 'undo_change';
const writes = tools.filter(({ name, effect }) => effect !== 'read' && name !== UNDO).map(({ name }) => name);
const { contactId, campaignId, workflowId, email } = await findFixture();
const twoEmails = (await stateOf((await setUp()).sandbox)).contacts.find(
  ({ additionalEmails }) => Array.isArray(additionalEmails) && additionalEmails.length > 0,
);

interface WriteCall extends ExampleCall {
  /** A call before, by which there is something to change. */
  readonly first?: readonly [tool: string, args: Json];
}

/** Calls that show more than the examples: what was there before a change, and what it merges. */
const more: readonly WriteCall[] = [
  {
    tool: 'remove_contact_from_campaign',
    what: 'of a contact that was enrolled',
    first: ['add_contact_to_campaign', { contactId, campaignId }],
    args: { contactId, campaignId },
  },
  {
    tool: 'remove_contact_from_all_campaigns',
    what: 'of a contact that was enrolled',
    first: ['add_contact_to_campaign', { contactId, campaignId }],
    args: { contactId },
  },
  {
    tool: 'remove_contact_from_workflow',
    what: 'of a contact that was enrolled',
    first: ['add_contact_to_workflow', { contactId, workflowId }],
    args: { contactId, workflowId },
  },
  {
    tool: 'add_contact_to_campaign',
    what: 'of a contact that was enrolled already',
    first: ['add_contact_to_campaign', { contactId, campaignId }],
    args: { contactId, campaignId },
  },
  {
    tool: 'add_contact_to_workflow',
    what: 'of a contact that was enrolled already',
    first: ['add_contact_to_workflow', { contactId, workflowId }],
    args: { contactId, workflowId },
  },
  {
    tool: 'update_contact',
    what: 'an additional email that becomes the primary one',
    args: { contactId: twoEmails?.id, email: listIn(twoEmails, 'additionalEmails')[0] },
  },
  { tool: 'upsert_contact', what: 'names in one', args: { email, name: 'Maria Elena Lopez', tags: ['new here'] } },
];

const examples = (await everyCall()).filter(({ tool }) => writes.includes(tool));
const calls: readonly WriteCall[] = [...examples, ...more];

/** Differences that were seen, by tool. */
const seen = new Map<string, Set<string>>();

describe('do, undo, compare: the state is the one before, but for what the table of differences names', () => {
  test.each(calls.map((call) => [`${call.tool}: ${call.what}`, call] as const))('%s', async (_, call) => {
    const { tool, args } = call;
    const { client, sandbox, undo, changes, call: send } = await setUp();
    if (call.first) await send(...call.first);
    const before = await stateOf(sandbox);
    const { isError } = await client.callTool({ name: tool, arguments: args });
    expect(isError ?? false).toBe(false);
    const [row] = await changes();
    const changed = differencesBetween(before, await stateOf(sandbox)).size > 0;
    if (row?.undoable === true)
      await undo().catch((error: Error) => expect(error.message).toContain('Nothing was written'));
    else expect(row === undefined || typeof row.notUndoable === 'string' || !changed).toBe(true);
    const after = await stateOf(sandbox);
    expect(unexpected([tool], before, after)).toEqual([]);
    const differences = seen.get(tool) ?? new Set();
    seen.set(tool, new Set([...differences, ...differencesBetween(before, after)]));
  });

  test('of every tool that writes', () => {
    expect(writes.filter((name) => !calls.some(({ tool }) => tool === name))).toEqual([]);
  });

  test('and every row of the table was seen', () => {
    const all = (of: readonly string[]) => of.flatMap((name) => [...(seen.get(name) ?? [])]);
    const unseen = DIFFERENCES.filter(
      ({ tools: of, record, fields }) => !fields.some((field) => all(of ?? writes).includes(`${record}.${field}`)),
    );
    expect(unseen.map(({ what }) => what)).toEqual([]);
  });
});

test('every endpoint that writes has a rule, and every rule an endpoint', () => {
  const names = endpoints.filter(({ effect }) => effect !== 'read').map(({ name }) => name);
  expect(names.filter((name) => !ruleOf(name))).toEqual([]);
  expect(Object.keys(UNDO_RULES).filter((name) => !names.includes(name))).toEqual([]);
  expect(tools.filter((tool) => isComposite(tool) && ruleOf(tool.name))).toEqual([]);
});
