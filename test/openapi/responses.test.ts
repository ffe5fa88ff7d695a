import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { beforeAll, describe, expect, test } from 'vitest';
import { fetchTransport } from '../../src/api/transport.ts';
import type { Json } from '../../src/endpoint.ts';
import { connect, textOf } from '../connect.ts';
import { examples, type Fixture, findFixture, type ToolName } from '../examples.ts';
import { contactTools, isThere, operationOf } from './description.ts';
import { type Exchange, recording } from './exchange.ts';
import { type Exception, finding, kindAt, ledger } from './findings.ts';

const deviations: readonly Exception[] = [];

const { unexcused, unused } = ledger(deviations);
let fixture: Fixture;

describe.skipIf(!isThere)('answers of the sandbox agree with the official description', () => {
  beforeAll(async () => {
    fixture = await findFixture();
  });

  test.each(contactTools)('%s: %s', async (tool, route) => {
    const found: string[] = [];
    for (const [title, args] of Object.entries(examples[tool](fixture))) {
      const [exchange, text] = await ask(tool, args);
      expect(exchange.status, `${title}: ${text}`).toBeLessThan(300);
      found.push(...differences(exchange, route));
    }
    expect(unexcused(tool, found)).toEqual([]);
  });

  test.each(contactTools.filter(([, route]) => route.includes('{contactId}')))(
    '%s: %s of a contact that is not there',
    async (tool, route) => {
      const [args = {}] = Object.values(examples[tool](fixture));
      const [exchange] = await ask(tool, { ...args, contactId: 'aNobodyWithAnIdOf020' });
      expect(exchange.status).toBe(400);
      expect(unexcused(tool, differences(exchange, route))).toEqual([]);
    },
  );

  test('no deviation is listed that does not occur', () => {
    expect(unused()).toEqual([]);
  });
});

/** One call on a sandbox of its own, as HTTP saw it. */
async function ask(tool: ToolName, args: Json): Promise<[Exchange, string]> {
  const { transport, taken } = recording((request) => fetchTransport(connected.sandbox.fetch)(request));
  const connected = await connect({ transport, timezone: 'America/New_York' });
  const result = await connected.client.callTool({ name: tool, arguments: args });
  const [exchange, ...more] = taken();
  if (!exchange || more.length > 0) throw new Error(`Not one request: ${textOf(result)}`);
  return [exchange, textOf(result)];
}

const ajv = new Ajv({ strict: false, allErrors: true });
const validators = new Map<object, ValidateFunction>();

function differences({ status, answer }: Exchange, route: string): string[] {
  const { responses } = operationOf(route);
  const alike = Object.keys(responses).find((each) => each[0] === String(status)[0]);
  const schema = (responses[status] ?? responses[alike ?? ''])?.content?.['application/json']?.schema;
  const declared = responses[status] ? [] : [`status: ${status} undeclared`];
  if (!schema) return [...declared, 'body: undeclared'];
  const validate = validators.get(schema) ?? ajv.compile(complete(schema));
  validators.set(schema, validate);
  validate(answer);
  return [...declared, ...(validate.errors ?? []).map((error) => spelt(error, answer))];
}

/** Envelopes hold all their keys; the description hardly ever says that anything is required. */
const complete = (schema: object): object =>
  'properties' in schema ? { ...schema, required: Object.keys({ ...(schema.properties as object) }) } : schema;

function spelt({ instancePath, keyword, params, message = keyword }: ErrorObject, answer: unknown): string {
  const path = instancePath.split('/').slice(1);
  if (keyword === 'additionalProperties') return finding([...path, params.additionalProperty], 'undeclared');
  if (keyword === 'required') return finding([...path, params.missingProperty], 'missing');
  if (keyword === 'type') return finding(path, `${kindAt(answer, path)} refused`);
  return finding(path, message);
}
