import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { DEFAULT_SWITCHES, FACTS, isOpen, type Switches } from '../../src/sandbox/index.ts';
import { client, openSandbox } from './api.ts';

test('each fact has an id of its own and stands in a file that exists', () => {
  const ids = FACTS.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(FACTS.map(({ where }) => where).filter((file) => !existsSync(file))).toEqual([]);
});

test('every switch has a fact', () => {
  const known = new Set(FACTS.flatMap((fact) => fact.switch ?? []));
  expect(Object.keys(DEFAULT_SWITCHES).filter((name) => !known.has(name as keyof Switches))).toEqual([]);
});

test('only what is open is asked', () => {
  expect(FACTS.filter((fact) => fact.ask && !isOpen(fact)).map(({ id }) => id)).toEqual([]);
});

/** The switches whose other answer a question must notice. */
const others: Partial<Switches>[] = [
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

describe('a question', () => {
  const verdicts = async (switches: Partial<Switches>) => {
    const { sandbox, locationId } = openSandbox({ switches });
    const { send } = client(sandbox);
    const account = {
      locationId,
      ask: (method: 'GET' | 'POST', path: string, { body, version }: { body?: object; version?: string } = {}) =>
        send(method, path, body, version ? { Version: version } : {}),
    };
    const asked = FACTS.flatMap((fact) => (fact.ask ? [{ fact, ask: fact.ask }] : []));
    return Promise.all(asked.map(async ({ fact, ask }) => ({ fact, ...(await ask(account)) })));
  };

  test('is answered by the sandbox as the fact states', async () => {
    const wrong = (await verdicts({})).filter(({ holds }) => holds === false);
    expect(wrong.map(({ fact, seen }) => `${fact.id}: ${seen}`)).toEqual([]);
  });

  test.each(others)('notices the other answer: %j', async (switches) => {
    const noticed = (await verdicts(switches)).filter(({ holds }) => holds === false);
    const [name] = Object.keys(switches);
    expect(noticed.map(({ fact }) => fact.switch)).toContain(name);
  });

  test('of every switch that a read can tell has its test here', () => {
    const asked = FACTS.flatMap((fact) => (fact.ask && fact.switch ? [fact.switch] : []));
    expect(others.flatMap((each) => Object.keys(each)).sort()).toEqual([...asked].sort());
  });
});
