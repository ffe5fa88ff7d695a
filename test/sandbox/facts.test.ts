import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { DEFAULT_SWITCHES, FACTS, isOpen, type Switches } from '../../src/sandbox/index.ts';
import { client, openSandbox } from './api.ts';

test('every fact has a unique id and names a file that exists', () => {
  const ids = FACTS.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(FACTS.map(({ where }) => where).filter((file) => !existsSync(file))).toEqual([]);
});

test('every switch has a fact', () => {
  const known = new Set(FACTS.flatMap((fact) => fact.switch ?? []));
  expect(Object.keys(DEFAULT_SWITCHES).filter((name) => !known.has(name as keyof Switches))).toEqual([]);
});

test('only open facts have a check', () => {
  expect(FACTS.filter((fact) => fact.check && !isOpen(fact)).map(({ id }) => id)).toEqual([]);
});

/** The switches whose other behaviour a check must detect. */
const alternatives: Partial<Switches>[] = [
  { missingContact: 'message' },
  { missingTaskOrNote: 404 },
  { listUnderV3: 'removed' },
  { listBody: 'count' },
  { lastPageCursor: 'echo' },
  { listCustomFields: 'empty' },
  { postStatus: 201 },
  { searchFields: 'documented' },
  { sortFields: 2 },
  { unknownRoute: 'text' },
];

describe('a check', () => {
  const runChecks = async (switches: Partial<Switches>) => {
    const { sandbox, locationId } = openSandbox({ switches });
    const { send } = client(sandbox);
    const account = {
      locationId,
      request: (method: 'GET' | 'POST', path: string, { body, version }: { body?: object; version?: string } = {}) =>
        send(method, path, body, version ? { Version: version } : {}),
    };
    const checks = FACTS.flatMap((fact) => (fact.check ? [{ fact, check: fact.check }] : []));
    return Promise.all(checks.map(async ({ fact, check }) => ({ fact, ...(await check(account)) })));
  };

  test('confirms its fact on the sandbox', async () => {
    const wrong = (await runChecks({})).filter(({ holds }) => holds === false);
    expect(wrong.map(({ fact, observed }) => `${fact.id}: ${observed}`)).toEqual([]);
  });

  test.each(alternatives)('detects the other behaviour: %j', async (switches) => {
    const refuted = (await runChecks(switches)).filter(({ holds }) => holds === false);
    const [name] = Object.keys(switches);
    expect(refuted.map(({ fact }) => fact.switch)).toContain(name);
  });

  test('of each checked switch is listed above', () => {
    const checked = FACTS.flatMap((fact) => (fact.check && fact.switch ? [fact.switch] : []));
    expect(alternatives.flatMap((each) => Object.keys(each)).sort()).toEqual([...checked].sort());
  });
});
