/** JSON Schema, or the part of OpenAPI's that has the same keys. */
export interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: unknown;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

/** A tool as the server lists it. */
export interface ListedTool {
  readonly name: string;
  readonly inputSchema: Schema;
}

/** Every schema inside a schema, with itself first. */
export function schemasIn(schema: Schema): Schema[] {
  const inner = [...Object.values(schema.properties ?? {}), ...(schema.anyOf ?? [])];
  return [schema, ...[...inner, ...(schema.items ? [schema.items] : [])].flatMap(schemasIn)];
}

/** The paths of all properties: `filters.field` for one of an object or of the rows of a list. */
export function propertyPaths(schema: Schema, prefix = ''): string[] {
  const own = Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => [
    prefix + name,
    ...propertyPaths(inner, `${prefix}${name}.`),
  ]);
  const inner = [...(schema.anyOf ?? []), ...(schema.items ? [schema.items] : [])];
  return [...new Set([...own, ...inner.flatMap((each) => propertyPaths(each, prefix))])].sort();
}
