import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { undiciTransport } from '../../src/api/transport/index.ts';
import { connect, textOf } from '../connect.ts';
import { examples, type Fixture, findFixture } from '../examples.ts';
import { contactTools, description, isAvailable, operationOf } from './description.ts';
import { matchesRoute, recordExchanges } from './exchange.ts';
import { type Exception, exceptionList } from './findings.ts';
import { startPrism } from './prism.ts';
import { violations } from './violations.ts';

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
    name: 'the schema of an update has no companyName, but other clients send it',
    source: 'reference 3.2',
    tools: ['update_contact'],
    findings: ['body.companyName: undeclared'],
  },
  {
    name: 'a date of birth is typed as an object, but its example is a string',
    source: 'reference 3.2',
    tools: ['create_contact', 'update_contact', 'upsert_contact'],
    findings: ['body.dateOfBirth: string refused'],
  },
  {
    name: 'the schema of a custom field requires its id, but its text says id or key',
    source: 'reference 3.4',
    tools: ['create_contact', 'update_contact', 'upsert_contact'],
    findings: [
      'body.customFields.*: {key: string, field_value: number} refused',
      'body.customFields.*: {key: string, field_value: array} refused',
    ],
  },
  {
    name: 'the number of a custom field is typed as an object, but its example is a number',
    source: 'reference 3.4',
    tools: ['create_contact', 'update_contact', 'upsert_contact'],
    findings: ['body.customFields.*: {id: string, field_value: number} refused'],
  },
];

const { unexpected, unused } = exceptionList(exceptions);
let fixture: Fixture;
let base: string;

const http = undiciTransport();
const { transport, takeExchanges } = recordExchanges((request) =>
  http({ ...request, url: request.url.replace('http://sandbox.invalid', base) }),
);

describe.skipIf(!isAvailable)('requests match the official description', () => {
  beforeAll(async () => {
    fixture = await findFixture();
    const folder = mkdtempSync(join(tmpdir(), 'ghl-openapi-'));
    const file = join(folder, 'closed.json');
    writeFileSync(file, JSON.stringify(description));
    const prism = await startPrism(file);
    base = prism.url;
    return () => {
      prism.stop();
      rmSync(folder, { recursive: true });
    };
  }, 180_000);

  test.each(contactTools)('%s: %s', async (tool, route) => {
    const found: string[] = [];
    // It is never sent: the contact is read and compared first, and the one of Prism has another id.
    for (const [title, { ifUnchangedSince: _, ...args }] of Object.entries(examples[tool](fixture))) {
      // A connection for each call, so that no answer is cached; one attempt, because Prism rejects on purpose.
      const { client } = await connect({ timezone: 'America/New_York', api: { transport, policy: ONE_ATTEMPT } });
      const result = await client.callTool({ name: tool, arguments: args });
      const sent = takeExchanges().filter(matchesRoute(route));
      expect(sent, `${title}: ${textOf(result)}`).toHaveLength(1);
      found.push(...sent.flatMap((each) => violations(each, operationOf(tool))));
    }
    expect(unexpected(tool, found)).toEqual([]);
  });

  test('every listed exception occurs', () => {
    expect(unused()).toEqual([]);
  });
});

const ONE_ATTEMPT = { attempts: 1, base: 0, cap: 0 };
