/** Replaces ajv in the bundle; see `src/mcp/no-schema-validator.ts`. It is never called. */
export default function neverCalled(): never {
  throw new Error('ajv is not part of this bundle: pass jsonSchemaValidator');
}
export const Ajv = neverCalled;
