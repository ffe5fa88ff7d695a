import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js';
import { ErrorCode, type ServerNotification, type ServerRequest } from '@modelcontextprotocol/sdk/types.js';
import { WrongRequest } from './desk.ts';
import { ApiError, redact, UserError } from './errors.ts';
import type { Log } from './log.ts';
import { NoSuchResource } from './resources/index.ts';
import type { Surroundings } from './tools/tool.ts';

/** What the protocol gives beside a request. */
export type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>;

/** Progress of one request, for a host that asked for it. */
export const progressOf =
  ({ _meta, sendNotification }: Extra): Surroundings['progress'] =>
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

/** The protocol's code for a resource that does not exist. */
const RESOURCE_NOT_FOUND = -32002;

/** An answer, or the protocol's error for what is no tool's. */
export async function answered<T>(what: string, log: Log, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // Not the SDK's own error, which puts the code into the message: clients do so once more.
    throw Object.assign(new Error(sentence(error, log, what)), { code: codeOf(error) });
  }
}

function codeOf(error: unknown): number {
  if (error instanceof NoSuchResource || isMissing(error)) return RESOURCE_NOT_FOUND;
  if (error instanceof WrongRequest) return ErrorCode.InvalidParams;
  return ErrorCode.InternalError;
}

/** What a URI names is not there: HighLevel says so of contacts with 400. */
const isMissing = (error: unknown): boolean =>
  error instanceof ApiError && (error.status === 400 || error.status === 404);

/** The one place where a failure becomes text for the model. */
export function sentence(error: unknown, log: Log, what: string): string {
  if (error instanceof UserError) return redact(error.message);
  log('error', 'fault', { what, error: redact(String((error as Error)?.stack ?? error)) });
  return 'A fault inside ghl-contacts-mcp, not in what you sent; the log has the details. If this was a write, look before repeating it.';
}
