import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js';
import {
  CallToolRequestSchema,
  ErrorCode,
  GetPromptRequestSchema,
  type ServerNotification,
  type ServerRequest,
} from '@modelcontextprotocol/sdk/types.js';
import * as z from 'zod';
import { isMissing } from '../api/errors.ts';
import { InvalidRequestError, ResourceNotFoundError, UserError } from '../lib/errors.ts';
import { isRecord } from '../lib/json.ts';
import type { Log } from '../lib/log.ts';
import { redact } from '../lib/redact.ts';
import { withinBytes } from '../lib/text.ts';
import type { RequestContext } from '../tools/core/context.ts';
import { dropNulls } from '../tools/core/read-arguments.ts';
import { MAX_BYTES } from '../tools/core/tool-result.ts';

/** What the protocol gives beside a request. */
export type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>;

/**
 * `tools/call` with arguments of any kind, under `given`, since the SDK takes only an object: the tool reads them, or
 * says to the model what is wrong with them.
 */
export const ToolCall = CallToolRequestSchema.extend({
  params: CallToolRequestSchema.shape.params.extend({
    arguments: z
      .unknown()
      .optional()
      .transform((args) => ({ given: args })),
  }),
});

const { params } = GetPromptRequestSchema.shape;

/** `prompts/get`, also from hosts that write null for what a person left empty. */
export const PromptCall = GetPromptRequestSchema.extend({
  params: params.extend({
    arguments: z.preprocess((args) => (isRecord(args) ? dropNulls(args) : (args ?? undefined)), params.shape.arguments),
  }),
});

/** Progress of one request, for a host that asked for it. */
export const progressOf =
  ({ _meta, sendNotification }: Extra): RequestContext['progress'] =>
  (progress, total, message) => {
    const progressToken = _meta?.progressToken;
    if (progressToken === undefined) return;
    const params = {
      progressToken,
      progress,
      ...(total === undefined ? {} : { total }),
      ...(message ? { message } : {}),
    };
    void sendNotification({ method: 'notifications/progress', params }).catch(() => undefined);
  };

/** An answer, or the protocol's error for what is no tool's. */
export async function answered<T>(what: string, log: Log, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = error instanceof InvalidRequestError ? ErrorCode.InvalidParams : ErrorCode.InternalError;
    throw protocolError(error, log, what, { code });
  }
}

/** The protocol's code for a resource that does not exist. */
const RESOURCE_NOT_FOUND = -32002;

/** The same for a resource: one that does not exist has a code of its own, and the error names it. */
export async function answeredResource<T>(uri: string, log: Log, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const absent = error instanceof ResourceNotFoundError || isMissing(error);
    if (absent) throw protocolError(error, log, uri, { code: RESOURCE_NOT_FOUND, data: { uri } });
    return answered(uri, log, () => Promise.reject(error));
  }
}

/** Not the SDK's own error, which puts the code into the message: clients do so once more. */
const protocolError = (error: unknown, log: Log, what: string, more: { code: number; data?: { uri: string } }): Error =>
  Object.assign(new Error(sentence(error, log, what)), more);

/** The one place where a failure becomes text for the model. */
export function sentence(error: unknown, log: Log, what: string): string {
  if (error instanceof UserError) return withinBytes(redact(error.message), MAX_BYTES);
  log('error', 'fault', { what, error: redact(String((error as Error)?.stack ?? error)) });
  return 'A fault inside ghl-contacts-mcp, not in what you sent; the log has the details. If this was a write, look before repeating it.';
}
