import type { JsonSchemaValidatorResult, jsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/types.js';

/**
 * Stands in for the SDK's ajv, a third of what a start has to parse. The SDK would use it on the answers to
 * elicitation (and, as a client, on structured results); what this program takes in is checked with zod.
 */
export const noValidator: jsonSchemaValidator = {
  getValidator<T>() {
    return (input: unknown): JsonSchemaValidatorResult<T> => ({
      valid: true,
      data: input as T,
      errorMessage: undefined,
    });
  },
};
