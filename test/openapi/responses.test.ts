import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Scope } from '../../src/api/scopes.ts';
import { fetchTransport } from '../../src/api/transport/index.ts';
import type { Json } from '../../src/lib/json.ts';

import { connect, textOf } from '../connect.ts';
import { examples, type Fixture, findFixture } from '../examples.ts';
import type { ToolName } from '../tools/contract.ts';
import { contactTools, isAvailable, type Operation, operationOf } from './description.ts';
import { type Exchange, matchesRoute, recordExchanges } from './exchange.ts';
import { at, type Exception, exceptionList, finding, typeOf } from './findings.ts';

const allAboutOne = contactTools.filter(([, route]) => route.includes('{contactId}'));
const known: readonly ToolName[] = ['get_contact', 'update_contact', 'upsert_contact'];
const written: readonly ToolName[] = ['update_contact', 'upsert_contact'];

const deviations: readonly Exception[] = [
  {
    name: 'a contact has more properties than its schema',
    source: 'reference 2.3 #1, 3.1a',
    tools: known,
    findings: [
      'contact.additionalEmails: undeclared',
      'contact.additionalPhones: undeclared',
      'contact.createdBy: undeclared',
      'contact.followers: undeclared',
      'contact.gender: undeclared',
      'contact.validEmail: undeclared',
      'contact.attributionSource.sessionSource: undeclared',
      'contact.lastAttributionSource.sessionSource: undeclared',
    ],
  },
  {
    name: 'a contact that was updated has further properties',
    source: 'reference 2.3 #1, 3.1a',
    tools: written,
    findings: ['contact.inboundDndSettings: undeclared', 'contact.lastUpdatedBy: undeclared'],
  },
  {
    name: 'a new contact has more properties than its schema',
    source: 'reference 2.3 #1, #9, 3.1a',
    tools: ['create_contact'],
    findings: ['contact.createdBy: undeclared', 'contact.gender: undeclared', 'contact.timezone: undeclared'],
  },
  {
    name: 'the value of a custom field is typed as a string, but has the type of its field',
    source: 'reference 3.1a',
    tools: [...known, 'create_contact'],
    findings: ['contact.customFields.*.value: number refused', 'contact.customFields.*.value: array refused'],
  },
  {
    name: 'answers about one contact have a traceId',
    source: 'recordings: live answers of 2026',
    tools: ['get_contact', 'create_contact', 'update_contact', 'delete_contact'],
    findings: ['traceId: undeclared'],
  },
  {
    name: 'an upsert that updates returns succeded and succeeded',
    source: 'recordings: live answers of 2026',
    tools: ['upsert_contact'],
    findings: ['succeded: undeclared', 'succeeded: undeclared'],
  },
  {
    name: 'the list returns the next page in meta',
    source: 'reference 1.4, 2.3 #7, 4.2',
    tools: ['list_contacts'],
    findings: ['meta: undeclared'],
  },
  {
    name: 'rows of lists have more properties, with names in lower case and as typed',
    source: 'reference 2.3 #7, 3.1b; by business the same is assumed',
    tools: ['list_contacts', 'list_contacts_by_business'],
    findings: [
      'contacts.*.additionalEmails: undeclared',
      'contacts.*.address1: undeclared',
      'contacts.*.assignedTo: undeclared',
      'contacts.*.city: undeclared',
      'contacts.*.companyName: undeclared',
      'contacts.*.contactName: undeclared',
      'contacts.*.dateOfBirth: undeclared',
      'contacts.*.dateUpdated: undeclared',
      'contacts.*.dnd: undeclared',
      'contacts.*.dndSettings: undeclared',
      'contacts.*.firstName: undeclared',
      'contacts.*.firstNameRaw: undeclared',
      'contacts.*.lastName: undeclared',
      'contacts.*.lastNameRaw: undeclared',
      'contacts.*.phone: undeclared',
      'contacts.*.postalCode: undeclared',
      'contacts.*.profilePhoto: undeclared',
      'contacts.*.startAfter: undeclared',
      'contacts.*.state: undeclared',
      'contacts.*.type: undeclared',
      'contacts.*.website: undeclared',
    ],
  },
  {
    name: 'missing values of a row are null',
    source: 'reference 3.1b',
    tools: ['list_contacts'],
    findings: [
      'contacts.*.businessId: null refused',
      'contacts.*.email: null refused',
      'contacts.*.timezone: null refused',
    ],
  },
  {
    name: 'attributions of a row have a session source',
    source: 'reference 3.1a',
    tools: ['list_contacts'],
    findings: ['contacts.*.attributions.*.sessionSource: undeclared'],
  },
  {
    name: 'the description has no body',
    source: 'reference 1.4, 2.3 #21, #22',
    tools: ['search_contacts', 'find_duplicate_contact'],
    findings: ['body: undeclared'],
  },
  {
    name: 'the answer also lists the added tags',
    source: 'reference 1.4',
    tools: ['add_contact_tags'],
    findings: ['tagsAdded: undeclared'],
  },
  {
    name: 'the answer also lists the removed tags',
    source: 'reference 1.4',
    tools: ['remove_contact_tags'],
    findings: ['tagsRemoved: undeclared'],
  },
  {
    name: 'the rows of a bulk change are typed as strings, but their examples are objects',
    source: 'reference 2.3 #24',
    tools: ['bulk_update_contact_tags'],
    findings: ['responses.*: object refused'],
  },
  {
    name: 'enrolling in a workflow answers 201, not 200',
    source: 'reference 2.2 #31, measured',
    tools: ['add_contact_to_workflow'],
    findings: ['status: 201 undeclared'],
  },
  {
    name: 'the error for a missing contact has only error and status',
    source: 'recordings: a live test suite asserts on the body',
    tools: allAboutOne.map(([tool]) => tool),
    findings: ['400 error: undeclared', '400 status: undeclared', '400 message: missing', '400 statusCode: missing'],
  },
  {
    name: 'the error for a duplicate names the existing contact',
    source: 'reference 1.5',
    tools: ['create_contact'],
    findings: ['400 meta: undeclared', '400 traceId: undeclared'],
  },
  {
    name: 'the error for a missing scope has no error property',
    source: 'reference 1.5',
    tools: ['list_contacts'],
    findings: ['401 error: missing'],
  },
];

interface Refusal {
  readonly tool: ToolName;
  readonly title: string;
  readonly args: (given: Fixture) => Json;
  readonly status: number;
  readonly scopes?: Scope[];
}
const refusals: readonly Refusal[] = [
  { tool: 'create_contact', title: 'an existing email', args: ({ email }) => ({ email }), status: 400 },
  { tool: 'create_contact', title: 'an invalid phone', args: () => ({ phone: 'none' }), status: 422 },
  { tool: 'list_contacts', title: 'a missing scope', args: () => ({}), status: 401, scopes: ['contacts.write'] },
];

const { unexpected, unused } = exceptionList(deviations);
let fixture: Fixture;

describe.skipIf(!isAvailable)('answers of the sandbox match the official description', () => {
  beforeAll(async () => {
    fixture = await findFixture();
  });

  test.each(contactTools)('%s: %s', async (tool) => {
    const found: string[] = [];
    for (const [title, args] of Object.entries(examples[tool](fixture))) {
      const [exchange, text] = await callTool(tool, args);
      expect(exchange.status, `${title}: ${text}`).toBeLessThan(300);
      found.push(...differences(exchange, operationOf(tool)));
    }
    expect(unexpected(tool, found)).toEqual([]);
  });

  test.each(allAboutOne)('%s: %s for a missing contact', async (tool) => {
    const [args = {}] = Object.values(examples[tool](fixture));
    // With this scope alone a contact cannot be read before a delete, which would refuse it without a request.
    const scopes: Scope[] | undefined = tool.startsWith('delete_') ? ['contacts.write'] : undefined;
    const [exchange] = await callTool(tool, { ...args, contactId: 'aNobodyWithAnIdOf020' }, scopes);
    expect(exchange.status).toBe(400);
    expect(unexpected(tool, differences(exchange, operationOf(tool)))).toEqual([]);
  });

  test.each(refusals)('$tool refused with $status: $title', async ({ tool, args, status, scopes }) => {
    const [exchange] = await callTool(tool, args(fixture), scopes);
    expect(exchange.status).toBe(status);
    expect(unexpected(tool, differences(exchange, operationOf(tool)))).toEqual([]);
  });

  test('every listed deviation occurs', () => {
    expect(unused()).toEqual([]);
  });
});

/** The HTTP exchange of one call, in a new sandbox, and the text of its result. */
async function callTool(tool: ToolName, args: Json, scopes?: Scope[]): Promise<[Exchange, string]> {
  const { transport, takeExchanges } = recordExchanges((request) => fetchTransport(connected.sandbox.fetch)(request));
  const connected = await connect({
    timezone: 'America/New_York',
    api: { transport },
    ...(scopes ? { sandbox: { scopes } } : {}),
  });
  const result = await connected.client.callTool({ name: tool, arguments: args });
  const route = contactTools.find(([name]) => name === tool)?.[1] ?? '';
  const [exchange, ...more] = takeExchanges().filter(matchesRoute(route));
  if (!exchange || more.length > 0) throw new Error(`Not one request: ${textOf(result)}`);
  return [exchange, textOf(result)];
}

const ajv = new Ajv({ strict: false, allErrors: true });
const validators = new Map<object, ValidateFunction>();

function differences({ status, answer }: Exchange, { responses }: Operation): string[] {
  const sameClass = Object.keys(responses).find((each) => each[0] === String(status)[0]);
  const schema = (responses[status] ?? responses[sameClass ?? ''])?.content?.['application/json']?.schema;
  const declared = responses[status] ? [] : [`status: ${status} undeclared`];
  if (!schema) return [...declared, 'body: undeclared'];
  const validate = validators.get(schema) ?? ajv.compile(complete(schema));
  validators.set(schema, validate);
  validate(answer);
  const refused = status < 300 ? '' : `${status} `;
  return [...declared, ...(validate.errors ?? []).map((error) => refused + toFinding(error, answer))];
}

/** Requires every key of the envelope: the description rarely declares any as required. */
const complete = (schema: object): object =>
  'properties' in schema ? { ...schema, required: Object.keys(schema.properties as object) } : schema;

function toFinding({ instancePath, keyword, params, message = keyword }: ErrorObject, answer: unknown): string {
  const path = instancePath.split('/').slice(1);
  if (keyword === 'additionalProperties') return finding([...path, params.additionalProperty], 'undeclared');
  if (keyword === 'required') return finding([...path, params.missingProperty], 'missing');
  if (keyword === 'type') return finding(path, `${typeOf(at(answer, path), true)} refused`);
  return finding(path, message);
}
