import { isRecord, type Json } from '../lib/json.ts';
import { firstCharacters, stripHiddenCharacters } from '../lib/text.ts';

/** An error response, and what a message about it needs to know of the call. */
export interface RejectedResponse {
  readonly status: number;
  /** Parsed JSON, or the text of a response that is none. */
  readonly body: unknown;
  readonly route: string;
  readonly scope: string;
  readonly locationId: string;
  /** Whether the call creates a record. */
  readonly creates: boolean;
  readonly args: Json;
}

/** With the parts of its body that the API is known to send. */
export interface ParsedError extends RejectedResponse {
  readonly messages: readonly string[];
  readonly text: string;
  readonly meta: Json;
  readonly traceId: string | undefined;
  /** True for a JSON object with a message; a web page of a gateway is none. */
  readonly isJson: boolean;
  /** True if the body also has the status, the list of messages or the trace id that HighLevel's application sends. */
  readonly isOwn: boolean;
}

const MAX_TEXT = 2_000;

const textsIn = (value: unknown): string[] => [value].flat().filter((each) => typeof each === 'string');

/** The messages of a body: its `message`, or its `error` if it has none, as for a missing contact, task or note. */
export const messagesOf = (body: unknown): string[] => textsIn(isRecord(body) ? (body.message ?? body.error) : body);

export function parseError(rejected: RejectedResponse): ParsedError {
  const { status, body } = rejected;
  const { traceId, meta, message, ...rest } = isRecord(body) ? body : {};
  const messages = messagesOf(body);
  const isJson = isRecord(body) && messages.length > 0;
  const trace = typeof traceId === 'string' && /^[\w-]{8,64}$/.test(traceId) ? traceId : undefined;
  const hasStatus = rest.statusCode === status || rest.status === status;
  return {
    ...rejected,
    messages,
    text: firstCharacters(stripHiddenCharacters(messages.join('; ')), MAX_TEXT),
    meta: isRecord(meta) ? meta : {},
    traceId: trace,
    isJson,
    isOwn: isJson && (Array.isArray(message) || hasStatus || trace !== undefined),
  };
}
