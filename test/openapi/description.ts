import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ToolName, toolContract } from '../tools/contract.ts';

/**
 * HighLevel's own OpenAPI description of the Contacts API. It is not part of this repository: `GHL_OPENAPI_DIR` names a
 * folder that contains it.
 */
const NAME = 'contacts-2021-07-28.json';
const file = process.env.GHL_OPENAPI_DIR && join(process.env.GHL_OPENAPI_DIR, NAME);

export const isAvailable = file !== undefined && existsSync(file);
if (!isAvailable) console.info(`Skipped: GHL_OPENAPI_DIR does not name a folder that contains ${NAME}.`);

export interface Operation {
  readonly parameters?: readonly { readonly in: string; readonly name: string }[];
  readonly responses: Readonly<Record<string, { readonly content?: { 'application/json'?: { schema: object } } }>>;
  readonly security?: readonly { readonly bearer?: readonly string[] }[];
}
export interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

/**
 * The description without additional properties: the API rejects undeclared keys of a body, and an answer with a
 * misspelt key must not count as one with an extra key.
 */
export const description = (
  isAvailable && file ? withoutAdditionalProperties(JSON.parse(readFileSync(file, 'utf8'))) : { paths: {} }
) as Description;

function withoutAdditionalProperties(value: unknown): unknown {
  if (Array.isArray(value)) return distinct(value.map(withoutAdditionalProperties));
  if (typeof value !== 'object' || value === null) return value;
  const inner = Object.entries(value).filter(([key]) => key !== 'example');
  const isShape = 'type' in value && value.type === 'object' && 'properties' in value;
  return {
    ...Object.fromEntries(inner.map(([key, each]) => [key, withoutAdditionalProperties(each)])),
    ...(isShape ? { additionalProperties: false } : {}),
  };
}

/** Types of custom fields that differ only in their examples would each cause the same violation. */
function distinct(items: unknown[]): unknown[] {
  return [...new Map(items.map((each) => [JSON.stringify(each), each])).values()];
}

/** `METHOD /path/{param}` of each operation in the description. */
export const operations: ReadonlyMap<string, Operation> = new Map(
  Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const),
  ),
);

/** The tools whose routes are in this description. */
export const contactTools: readonly (readonly [ToolName, string])[] = toolContract
  .filter(([, route]) => route.includes(' /contacts'))
  .map(([tool, route]) => [tool, route]);

const routes = new Map(contactTools);

export function operationOf(tool: ToolName): Operation {
  const operation = operations.get(routes.get(tool) ?? '');
  if (!operation) throw new Error(`${tool} is not in the description.`);
  return operation;
}
