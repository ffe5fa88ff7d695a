import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js';
import { ErrorCode, McpError, type ServerNotification, type ServerRequest } from '@modelcontextprotocol/sdk/types.js';
import { WrongRequest } from './desk.ts';
import { redact, UserError } from './errors.ts';
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
    throw new McpError(codeOf(error), sentence(error, log, what));
  }
}

function codeOf(error: unknown): number {
  if (error instanceof NoSuchResource) return RESOURCE_NOT_FOUND;
  if (error instanceof WrongRequest) return ErrorCode.InvalidParams;
  return ErrorCode.InternalError;
}

/** The one place where a failure becomes text for the model. */
export function sentence(error: unknown, log: Log, what: string): string {
  if (error instanceof UserError) return redact(error.message);
  log('error', 'fault', { what, error: redact(String((error as Error)?.stack ?? error)) });
  return 'A fault inside ghl-contacts-mcp, not in what you sent; the log has the details. If this was a write, look before repeating it.';
}
