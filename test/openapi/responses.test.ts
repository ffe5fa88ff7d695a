import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Scope } from '../../src/api/scopes.ts';
import { fetchTransport } from '../../src/api/transport/index.ts';
import type { Json } from '../../src/lib/json.ts';

import { connect, textOf } from '../connect.ts';
import { examples, type Fixture, findFixture } from '../examples.ts';
import type { ToolName } from '../tools/contract.ts';
import { contactTools, isThere, type Operation, operationOf } from './description.ts';
import { type Exchange, goesTo, recording } from './exchange.ts';
import { at, type Exception, finding, kindOf, ledger } from './findings.ts';

const allAboutOne = contactTools.filter(([, route]) => route.includes('{contactId}'));
const known: readonly ToolName[] = ['get_contact', 'update_contact', 'upsert_contact'];
const written: readonly ToolName[] = ['update_contact', 'upsert_contact'];

const deviations: readonly Exception[] = [
  {
    name: 'a contact carries more than its schema',
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
    name: 'so does a contact that was written before',
    source: 'reference 2.3 #1, 3.1a',
    tools: written,
    findings: ['contact.inboundDndSettings: undeclared', 'contact.lastUpdatedBy: undeclared'],
  },
  {
    name: 'so does a new one',
    source: 'reference 2.3 #1, #9, 3.1a',
    tools: ['create_contact'],
    findings: ['contact.createdBy: undeclared', 'contact.gender: undeclared', 'contact.timezone: undeclared'],
  },
  {
    name: 'the value of a custom field is typed as a string and comes in its kind',
    source: 'reference 3.1a',
    tools: [...known, 'create_contact'],
    findings: ['contact.customFields.*.value: number refused', 'contact.customFields.*.value: array refused'],
  },
  {
    name: 'answers about one contact name their trace',
    source: 'recordings: live answers of 2026',
    tools: ['get_contact', 'create_contact', 'update_contact', 'delete_contact'],
    findings: ['traceId: undeclared'],
  },
  {
    name: 'an upsert that updates says in two spellings that it succeeded',
    source: 'recordings: live answers of 2026',
    tools: ['upsert_contact'],
    findings: ['succeded: undeclared', 'succeeded: undeclared'],
  },
  {
    name: 'the plain list says where it goes on',
    source: 'reference 1.4, 2.3 #7, 4.2',
    tools: ['list_contacts'],
    findings: ['meta: undeclared'],
  },
  {
    name: 'rows of lists are richer, with names in lower case beside the raw ones',
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
    name: 'what a row has not is null',
    source: 'reference 3.1b',
    tools: ['list_contacts'],
    findings: [
      'contacts.*.businessId: null refused',
      'contacts.*.email: null refused',
      'contacts.*.timezone: null refused',
    ],
  },
  {
    name: 'attributions of a row name the kind of session',
    source: 'reference 3.1a',
    tools: ['list_contacts'],
    findings: ['contacts.*.attributions.*.sessionSource: undeclared'],
  },
  {
    name: 'no body is described',
    source: 'reference 1.4, 2.3 #21, #22',
    tools: ['search_contacts', 'find_duplicate_contact'],
    findings: ['body: undeclared'],
  },
  {
    name: 'tags come with what was added',
    source: 'reference 1.4',
    tools: ['add_contact_tags'],
    findings: ['tagsAdded: undeclared'],
  },
  {
    name: 'tags come with what was removed',
    source: 'reference 1.4',
    tools: ['remove_contact_tags'],
    findings: ['tagsRemoved: undeclared'],
  },
  {
    name: 'the accounts of a bulk change are typed as strings, with objects for example',
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
    name: 'a missing contact is told under error, with its status and nothing else',
    source: 'recordings: a live test suite asserts on the body',
    tools: allAboutOne.map(([tool]) => tool),
    findings: ['400 error: undeclared', '400 status: undeclared', '400 message: missing', '400 statusCode: missing'],
  },
  {
    name: 'a duplicate names the contact there is',
    source: 'reference 1.5',
    tools: ['create_contact'],
    findings: ['400 meta: undeclared', '400 traceId: undeclared'],
  },
  {
    name: 'a missing scope names no error',
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
  { tool: 'create_contact', title: 'somebody known', args: ({ email }) => ({ email }), status: 400 },
  { tool: 'create_contact', title: 'a phone that is none', args: () => ({ phone: 'none' }), status: 422 },
  { tool: 'list_contacts', title: 'no scope for it', args: () => ({}), status: 401, scopes: ['contacts.write'] },
];

const { unexcused, unused } = ledger(deviations);
let fixture: Fixture;

describe.skipIf(!isThere)('answers of the sandbox agree with the official description', () => {
  beforeAll(async () => {
    fixture = await findFixture();
  });

  test.each(contactTools)('%s: %s', async (tool) => {
    const found: string[] = [];
    for (const [title, args] of Object.entries(examples[tool](fixture))) {
      const [exchange, text] = await ask(tool, args);
      expect(exchange.status, `${title}: ${text}`).toBeLessThan(300);
      found.push(...differences(exchange, operationOf(tool)));
    }
    expect(unexcused(tool, found)).toEqual([]);
  });

  test.each(allAboutOne)('%s: %s without the contact', async (tool) => {
    const [args = {}] = Object.values(examples[tool](fixture));
    const [exchange] = await ask(tool, { ...args, contactId: 'aNobodyWithAnIdOf020' });
    expect(exchange.status).toBe(400);
    expect(unexcused(tool, differences(exchange, operationOf(tool)))).toEqual([]);
  });

  test.each(refusals)('$tool refused with $status: $title', async ({ tool, args, status, scopes }) => {
    const [exchange] = await ask(tool, args(fixture), scopes);
    expect(exchange.status).toBe(status);
    expect(unexcused(tool, differences(exchange, operationOf(tool)))).toEqual([]);
  });

  test('no deviation is listed that does not occur', () => {
    expect(unused()).toEqual([]);
  });
});

/** One call on a sandbox of its own, as HTTP saw it. */
async function ask(tool: ToolName, args: Json, scopes?: Scope[]): Promise<[Exchange, string]> {
  const { transport, taken } = recording((request) => fetchTransport(connected.sandbox.fetch)(request));
  const connected = await connect({
    timezone: 'America/New_York',
    api: { transport },
    ...(scopes ? { sandbox: { scopes } } : {}),
  });
  const result = await connected.client.callTool({ name: tool, arguments: args });
  const route = contactTools.find(([name]) => name === tool)?.[1] ?? '';
  const [exchange, ...more] = taken().filter(goesTo(route));
  if (!exchange || more.length > 0) throw new Error(`Not one request: ${textOf(result)}`);
  return [exchange, textOf(result)];
}

const ajv = new Ajv({ strict: false, allErrors: true });
const validators = new Map<object, ValidateFunction>();

function differences({ status, answer }: Exchange, { responses }: Operation): string[] {
  const alike = Object.keys(responses).find((each) => each[0] === String(status)[0]);
  const schema = (responses[status] ?? responses[alike ?? ''])?.content?.['application/json']?.schema;
  const declared = responses[status] ? [] : [`status: ${status} undeclared`];
  if (!schema) return [...declared, 'body: undeclared'];
  const validate = validators.get(schema) ?? ajv.compile(complete(schema));
  validators.set(schema, validate);
  validate(answer);
  const refused = status < 300 ? '' : `${status} `;
  return [...declared, ...(validate.errors ?? []).map((error) => refused + spelt(error, answer))];
}

/** Envelopes hold all their keys; the description hardly ever says that anything is required. */
const complete = (schema: object): object =>
  'properties' in schema ? { ...schema, required: Object.keys(schema.properties as object) } : schema;

function spelt({ instancePath, keyword, params, message = keyword }: ErrorObject, answer: unknown): string {
  const path = instancePath.split('/').slice(1);
  if (keyword === 'additionalProperties') return finding([...path, params.additionalProperty], 'undeclared');
  if (keyword === 'required') return finding([...path, params.missingProperty], 'missing');
  if (keyword === 'type') return finding(path, `${kindOf(at(answer, path), true)} refused`);
  return finding(path, message);
}
