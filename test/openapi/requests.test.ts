import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, request as send } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Connected, connect, textOf } from '../connect.ts';
import { examples, type Fixture, findFixture } from '../examples.ts';
import { contactTools, description, isThere, operationOf } from './description.ts';
import { type Exchange, recording } from './exchange.ts';
import { type Exception, finding, kindAt, ledger } from './findings.ts';
import { type Prism, startPrism } from './prism.ts';

const exceptions: readonly Exception[] = [
  {
    name: 'the body of a search is declared empty',
    source: 'reference 2.3 #21, 4.1',
    tools: ['search_contacts'],
    findings: [
      'body.filters: undeclared',
      'body.locationId: undeclared',
      'body.page: undeclared',
      'body.pageLimit: undeclared',
      'body.query: undeclared',
      'body.searchAfter: undeclared',
      'body.sort: undeclared',
    ],
  },
  {
    name: 'an update takes no companyName by its schema, yet other clients send it',
    source: 'reference 3.2',
    tools: ['update_contact'],
    findings: ['body.companyName: undeclared'],
  },
  {
    name: 'a date of birth is typed as an object, with a string for example',
    source: 'reference 3.2',
    tools: ['create_contact', 'update_contact', 'upsert_contact'],
    findings: ['body.dateOfBirth: string refused'],
  },
  {
    name: 'a custom field demands its id, while the text says id or key',
    source: 'reference 3.4',
    tools: ['create_contact', 'update_contact', 'upsert_contact'],
    findings: ['body.customFields.*.id: missing'],
  },
  {
    name: 'the number of a custom field is typed as an object, with a number for example',
    source: 'reference 3.4',
    tools: ['create_contact', 'update_contact', 'upsert_contact'],
    findings: ['body.customFields.*.field_value: number refused'],
  },
];

const folder = mkdtempSync(join(tmpdir(), 'ghl-openapi-'));
const { unexcused, unused } = ledger(exceptions);
let prism: Prism;
let fixture: Fixture;
let client: Connected['client'];

// A body of many custom fields earns a violation for each kind a value might have: more than headers may hold by default.
const dispatcher = new Agent({ maxHeaderSize: 1_000_000 });
const { transport, taken } = recording(async ({ url, method, headers, body, signal }) => {
  const there = url.replace('http://sandbox.invalid', prism.url);
  const answer = await send(there, { method: method as 'GET', headers, body: body ?? null, signal, dispatcher });
  const flat = Object.entries(answer.headers).map(([name, value]) => [name, String(value)]);
  return { status: answer.statusCode, headers: Object.fromEntries(flat), body: answer.body };
});

describe.skipIf(!isThere)('requests agree with the official description', () => {
  beforeAll(async () => {
    const file = join(folder, 'closed.json');
    writeFileSync(file, JSON.stringify(description));
    [prism, fixture, { client }] = await Promise.all([
      startPrism(file),
      findFixture(),
      connect({ transport, timezone: 'America/New_York' }),
    ]);
  }, 180_000);
  afterAll(async () => {
    prism?.stop();
    await dispatcher.close();
    rmSync(folder, { recursive: true });
  });

  test.each(contactTools)('%s: %s', async (tool, route) => {
    const found: string[] = [];
    for (const [title, args] of Object.entries(examples[tool](fixture))) {
      const result = await client.callTool({ name: tool, arguments: args });
      const sent = taken();
      expect(sent.map(spelling), `${title}: ${textOf(result)}`).toEqual([expect.stringMatching(pattern(route))]);
      found.push(...sent.flatMap((each) => violations(each, route)));
    }
    expect(unexcused(tool, found)).toEqual([]);
  });

  test('no exception outlives what it excuses', () => {
    expect(unused()).toEqual([]);
  });
});

const spelling = ({ method, url }: Exchange) => `${method} ${url.pathname}`;
const pattern = (route: string) => new RegExp(`^${route.replace(/\{\w+\}/g, '[\\w-]+')}$`);

interface Violation {
  readonly location: readonly string[];
  readonly code: string | number;
  readonly message: string;
}

/** What Prism finds wrong with the request, each once; and arguments of the query, which it does not look for. */
function violations(exchange: Exchange, route: string): string[] {
  const { headers, answer, body, url } = exchange;
  const inHeader = JSON.parse(headers['sl-violations'] ?? '[]') as Violation[];
  const problem = answer as { type?: string; title?: string; validation?: Violation[] } | undefined;
  const ofRequest = [...inHeader, ...(problem?.validation ?? [])].filter(({ location }) => location[0] === 'request');
  const unmatched = problem?.type?.includes('prism/errors') && !problem.validation ? [`request: ${problem.title}`] : [];
  const declared =
    operationOf(route)
      .parameters?.filter((each) => each.in === 'query')
      .map(({ name }) => name) ?? [];
  const undeclared = [...url.searchParams.keys()].filter((name) => !declared.includes(name));
  return [
    ...new Set([
      ...unmatched,
      ...ofRequest.map((violation) => spelt(violation, body)),
      ...undeclared.map((name) => `query.${name}: undeclared`),
    ]),
  ];
}

function spelt({ location, code, message }: Violation, sent: unknown): string {
  const [, ...path] = location;
  const name = /'([^']+)'$/.exec(message)?.[1];
  if (code === 'required' && name) return finding([...path, name], 'missing');
  if (code === 'additionalProperties' && name) return finding([...path, name], 'undeclared');
  if (code === 'type' && path[0] === 'body') return finding(path, `${kindAt(sent, path.slice(1))} refused`);
  return finding(path, message);
}
