import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ToolName, toolContract } from '../tools/contract.ts';

/**
 * HighLevel's own OpenAPI description of the Contacts API. It is no part of this repository: whoever runs these tests
 * names a folder that holds it.
 */
const NAME = 'contacts-2021-07-28.json';
const file = process.env.GHL_OPENAPI_DIR && join(process.env.GHL_OPENAPI_DIR, NAME);

export const isThere = file !== undefined && existsSync(file);
if (!isThere) console.info(`Skipped: GHL_OPENAPI_DIR names no folder with ${NAME}.`);

export interface Operation {
  readonly parameters?: readonly { readonly in: string; readonly name: string }[];
  readonly responses: Readonly<Record<string, { readonly content?: { 'application/json'?: { schema: object } } }>>;
  readonly security?: readonly { readonly bearer?: readonly string[] }[];
}
export interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

/**
 * The description with every object closed: the API refuses what a body does not declare, and an answer with a
 * misspelt key should not pass as one with an extra key.
 */
export const description = (
  isThere && file ? closed(JSON.parse(readFileSync(file, 'utf8'))) : { paths: {} }
) as Description;

function closed(value: unknown): unknown {
  if (Array.isArray(value)) return distinct(value.map(closed));
  if (typeof value !== 'object' || value === null) return value;
  const inner = Object.entries(value).filter(([key]) => key !== 'example');
  const isShape = 'type' in value && value.type === 'object' && 'properties' in value;
  return {
    ...Object.fromEntries(inner.map(([key, each]) => [key, closed(each)])),
    ...(isShape ? { additionalProperties: false } : {}),
  };
}

/** Kinds of custom fields that only their examples tell apart would each be named as a violation. */
function distinct(items: unknown[]): unknown[] {
  return [...new Map(items.map((each) => [JSON.stringify(each), each])).values()];
}

/** `METHOD /path/{param}` of everything described, with its operation. */
export const operations: ReadonlyMap<string, Operation> = new Map(
  Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const),
  ),
);

/** The tools whose routes are described here; the others belong to other parts of the API. */
export const contactTools: readonly (readonly [ToolName, string])[] = toolContract
  .filter(([, route]) => route.includes(' /contacts'))
  .map(([tool, route]) => [tool, route]);

const routes = new Map(contactTools);

export function operationOf(tool: ToolName): Operation {
  const operation = operations.get(routes.get(tool) ?? '');
  if (!operation) throw new Error(`${tool} is not described.`);
  return operation;
}
