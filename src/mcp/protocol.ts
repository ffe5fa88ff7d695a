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
import { InvalidRequestError, ResourceNotFoundError, stackOf, UserError } from '../lib/errors.ts';
import { isRecord } from '../lib/json.ts';
import type { Log } from '../lib/log.ts';
import { redact } from '../lib/redact.ts';
import { withinBytes } from '../lib/text.ts';
import type { Clock } from '../lib/time.ts';
import { withLocalTimes } from '../lib/time-format.ts';
import type { RequestContext } from '../tools/core/context.ts';
import { dropNulls } from '../tools/core/read-arguments.ts';
import { MAX_BYTES } from '../tools/core/tool-result.ts';

/** The SDK's `extra` argument of a request handler. */
export type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>;

/**
 * `tools/call` with arguments of any type. The SDK accepts only an object; here the tool reads them, or tells the model
 * what is wrong with them.
 */
export const ToolCallRequest = CallToolRequestSchema.extend({
  params: CallToolRequestSchema.shape.params.extend({
    arguments: z.unknown().optional(),
  }),
});

const { params } = GetPromptRequestSchema.shape;

/** `prompts/get`, also from hosts that send null for an argument left empty. */
export const PromptRequest = GetPromptRequestSchema.extend({
  params: params.extend({
    arguments: z.preprocess((args) => (isRecord(args) ? dropNulls(args) : (args ?? undefined)), params.shape.arguments),
  }),
});

/** Sends progress notifications if the host asked for them. */
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

/** What reporting a failure needs: where faults are logged, and the zone of times. */
interface Reporting {
  readonly log: Log;
  readonly clock: Pick<Clock, 'knownZone'>;
}

/** Turns a failure into a JSON-RPC error. `subject` names the prompt, argument or URI in the log. */
export async function withProtocolErrors<T>(subject: string, reporting: Reporting, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = error instanceof InvalidRequestError ? ErrorCode.InvalidParams : ErrorCode.InternalError;
    throw protocolError(error, reporting, subject, { code });
  }
}

/** MCP's code for a resource that does not exist. */
const RESOURCE_NOT_FOUND = -32002;

/** The same for a resource: if it does not exist, the error has its own code and names the URI. */
export async function withResourceErrors<T>(uri: string, reporting: Reporting, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const absent = error instanceof ResourceNotFoundError || isMissing(error);
    if (absent) throw protocolError(error, reporting, uri, { code: RESOURCE_NOT_FOUND, data: { uri } });
    return withProtocolErrors(uri, reporting, () => Promise.reject(error));
  }
}

/** Not the SDK's McpError, which puts the code into the message: clients do that again. */
const protocolError = (
  error: unknown,
  reporting: Reporting,
  subject: string,
  details: { code: number; data?: { uri: string } },
): Error => Object.assign(new Error(errorText(error, reporting, subject)), details);

/** The text of a failure for the model. An unexpected error is logged, and its text stays out of the answer. */
export function errorText(error: unknown, { log, clock }: Reporting, subject: string): string {
  if (error instanceof UserError)
    return withinBytes(withLocalTimes(redact(error.message), clock.knownZone()), MAX_BYTES);
  log('error', 'fault', { subject, error: redact(stackOf(error)) });
  return 'An error inside ghl-contacts-mcp, not in your request; the log has the details. If this was a write, check whether it was done before you repeat it.';
}
