import { expect, test } from 'vitest';
import { CallSource } from '../../bench/soak/call-source.ts';
import { compareRecords } from '../../bench/soak/check.ts';
import { faultRules, occurrences, SHARES } from '../../bench/soak/faults.ts';
import { ExpectedRecord, type Outcome } from '../../bench/soak/records.ts';
import { tools } from '../../src/tools/index.ts';
import { randomOf } from '../random.ts';

const EMAIL = 'a@soak.example';

function expected(outcome: Outcome, id?: string): ExpectedRecord {
  const record = new ExpectedRecord('contact', EMAIL);
  record.created(outcome, id);
  return record;
}

const stored = (id: string, more: object = {}) => ({
  id,
  email: EMAIL,
  tags: [],
  notes: [],
  tasks: [],
  workflows: [],
  ...more,
});

/** Which of the findings there are. */
function found(record: ExpectedRecord, contacts: readonly ReturnType<typeof stored>[]): string[] {
  const findings = compareRecords([record, ...record.children], { contacts: [...contacts] });
  return Object.entries(findings).flatMap(([name, sentences]) => sentences.map(() => name));
}

test.each<[outcome: Outcome, copies: number, findings: readonly string[]]>([
  ['done', 1, []],
  ['done', 0, ['lost']],
  ['done', 2, ['doubled']],
  ['notDone', 0, []],
  ['notDone', 1, ['doubled']],
  ['unknown', 0, []],
  ['unknown', 1, []],
  ['unknown', 2, ['doubled']],
])('a create that was reported as %s and is stored %i times', (outcome, copies, findings) => {
  const contacts = Array.from({ length: copies }, () => stored('one'));
  expect(found(expected(outcome), contacts)).toEqual(findings);
});

test('a record has the id that was reported', () => {
  expect(found(expected('done', 'one'), [stored('one')])).toEqual([]);
  expect(found(expected('done', 'two'), [stored('one')])).toEqual(['wrong']);
});

test('a field has the value of the last write that was done, or of a later one that is not known', () => {
  const record = expected('done');
  record.changed('done', 'city', 'Austin');
  record.changed('notDone', 'city', 'Boston');
  expect(found(record, [stored('one', { city: 'Austin' })])).toEqual([]);
  expect(found(record, [stored('one', { city: 'Boston' })])).toEqual(['wrong']);
  record.changed('unknown', 'city', 'Boston');
  expect(found(record, [stored('one', { city: 'Boston' })])).toEqual([]);
  record.changed('done', 'city', 'Chicago');
  expect(found(record, [stored('one', { city: 'Austin' })])).toEqual(['wrong']);
});

test('tags and enrolments are compared like fields', () => {
  const record = expected('done');
  record.changed('done', 'tag soak one', 'yes');
  record.changed('done', 'workflow', '');
  expect(found(record, [stored('one', { tags: ['soak one'] })])).toEqual([]);
  expect(found(record, [stored('one', { workflows: ['w'] })])).toEqual(['wrong', 'wrong']);
});

test('notes and tasks are deleted with their contact, perhaps if that is not known', () => {
  const withNote = (deleted: Outcome) => {
    const record = expected('done', 'one');
    const note = new ExpectedRecord('note', 'Note 1');
    note.created('done', 'n');
    record.children.push(note);
    record.deleted(deleted);
    return record;
  };
  const contact = stored('one', { notes: [{ id: 'n', body: 'Note 1' }] });
  expect(found(withNote('notDone'), [contact])).toEqual([]);
  expect(found(withNote('notDone'), [])).toEqual(['lost', 'lost']);
  expect(found(withNote('unknown'), [contact])).toEqual([]);
  expect(found(withNote('unknown'), [])).toEqual([]);
  expect(found(withNote('done'), [contact])).toEqual(['doubled', 'doubled']);
});

test('each request has at most one fault, about as often as its share says, and the same for the same seed', () => {
  const rules = faultRules(10_000, randomOf(1));
  const requests = rules.flatMap(({ nth }) => [nth ?? []].flat());
  expect(new Set(requests).size).toBe(requests.length);
  for (const [i, [what, times]] of occurrences(rules, 10_000).entries()) {
    const percent = SHARES[i]?.percent ?? Number.NaN;
    expect(times, what).toBeGreaterThan(percent * 50);
    expect(times, what).toBeLessThan(percent * 200);
  }
  expect(occurrences(rules, 0).every(([, times]) => times === 0)).toBe(true);
  expect(faultRules(10_000, randomOf(1))).toEqual(rules);
});

test('the calls are of tools that exist, reads and writes of every kind, and never about a deleted contact', () => {
  const records: ExpectedRecord[] = [];
  const source = new CallSource('w', randomOf(2), records);
  const names = new Set(tools.map(({ name }) => name));
  const called = new Map<string, number>();
  const deleted = new Set<unknown>();
  for (let n = 0; n < 3_000; n += 1) {
    const { tool, args, settle } = source.next();
    expect(names).toContain(tool);
    expect(deleted).not.toContain(args.contactId);
    called.set(tool, (called.get(tool) ?? 0) + 1);
    if (tool === 'delete_contact') deleted.add(args.contactId);
    const row = { id: `id${n}` };
    settle?.('done', { contact: row, note: row, task: row });
  }
  expect(called.size).toBe(22);
  expect(records.length).toBeGreaterThan(500);
});
