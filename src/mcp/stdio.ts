import type { Transport, TransportSendOptions } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  ErrorCode,
  type JSONRPCMessage,
  JSONRPCMessageSchema,
  type JSONRPCRequest,
} from '@modelcontextprotocol/sdk/types.js';
import { isRecord } from '../lib/json.ts';
import { realTimers, sleep } from '../lib/scheduler.ts';
import { dropNulls } from '../tools/core/read-arguments.ts';
import { ToolAnswer } from '../tools/core/tool-result.ts';

/** As in the SDK's own transport. */
const MAX_MESSAGE_BYTES = 10 * 1024 * 1024;
const LINE_FEED = 0x0a;
const BYTE_ORDER_MARK = '\uFEFF';
/**
 * ms from a notification about a request to the response. Clients of the TypeScript SDK drop progress that they read in
 * one piece with the response, because they handle the response first. A busy machine needs about 10 ms.
 */
const PROGRESS_LEAD_MS = 20;

/**
 * MCP on stdio. Unlike the SDK's transport it accepts null for an absent member, a byte order mark, which Codex writes on
 * Windows (modelcontextprotocol/kotlin-sdk#956), and a batch, whose requests it answers one by one: revision 2025-03-26
 * requires that. It answers an invalid request with an error. The SDK drops all of these, and the host waits forever.
 */
export class StdioTransport implements Transport {
  onmessage?: Transport['onmessage'];
  onerror?: Transport['onerror'];
  onclose?: Transport['onclose'];
  /** The chunks of an unfinished line, and their bytes. */
  private pending: Buffer[] = [];
  private pendingBytes = 0;
  /** Requests by id, each with the time in ms from which on its response may be written. */
  private readonly unanswered = new Map<unknown, number>();
  private onAnswered: (() => void) | undefined;
  /** Lines that are written together. */
  private outgoing: string[] = [];

  async start(): Promise<void> {
    process.stdin.on('data', this.receive);
    process.stdin.on('error', this.reportError);
  }

  async close(): Promise<void> {
    process.stdin.off('data', this.receive);
    process.stdin.off('error', this.reportError);
    process.stdin.pause();
    this.pending = [];
    this.onclose?.();
  }

  /** Resolves when every request that was received, and not cancelled, has its response. */
  answered(): Promise<void> {
    return new Promise((resolve) => {
      this.onAnswered = resolve;
      this.resolveIfAnswered();
    });
  }

  /** Responses to concurrent requests that are ready in the same turn of the event loop are written as one: a write is slow. */
  async send(message: JSONRPCMessage, { relatedRequestId }: TransportSendOptions = {}): Promise<void> {
    if ('method' in message) {
      if (this.unanswered.has(relatedRequestId))
        this.unanswered.set(relatedRequestId, performance.now() + PROGRESS_LEAD_MS);
    } else {
      const notBefore = this.unanswered.get(message.id);
      if (notBefore) await sleep(realTimers, notBefore - performance.now());
      // Cancelled meanwhile.
      if (notBefore && !this.unanswered.has(message.id)) return;
      this.unanswered.delete(message.id);
    }
    this.outgoing.push(`${toJson(message)}\n`);
    if (this.unanswered.size === 0 || 'method' in message) this.flush();
    else if (this.outgoing.length === 1) setImmediate(this.flush);
  }

  private readonly flush = (): void => {
    if (this.outgoing.length === 0) return;
    const text = this.outgoing.join('');
    this.outgoing = [];
    process.stdout.write(text);
    this.resolveIfAnswered();
  };

  private removeUnanswered(id: unknown): void {
    this.unanswered.delete(id);
    this.resolveIfAnswered();
  }

  private resolveIfAnswered(): void {
    if (this.unanswered.size === 0 && this.outgoing.length === 0) this.onAnswered?.();
  }

  private readonly reportError = (error: Error): void => this.onerror?.(error);

  private readonly receive = (chunk: Buffer): void => {
    let from = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, from)) {
      const isWhole = this.pending.length === 0;
      const line = isWhole
        ? chunk.toString('utf8', from, end)
        : Buffer.concat([...this.pending, chunk.subarray(from, end)]).toString();
      this.pending = [];
      this.pendingBytes = 0;
      from = end + 1;
      this.read(line);
    }
    if (from === chunk.length) return;
    const rest = chunk.subarray(from);
    this.pending.push(rest);
    this.pendingBytes += rest.length;
    if (this.pendingBytes <= MAX_MESSAGE_BYTES) return;
    this.reportError(new Error(`a message is longer than ${MAX_MESSAGE_BYTES} bytes`));
    void this.close();
  };

  private read(line: string): void {
    try {
      const json: unknown = JSON.parse(line.startsWith(BYTE_ORDER_MARK) ? line.slice(1) : line);
      for (const message of Array.isArray(json) ? json : [json]) this.readMessage(message);
    } catch (error) {
      this.reportError(error as Error);
    }
  }

  private readMessage(json: unknown): void {
    const message = isPlainRequest(json) ? json : JSONRPCMessageSchema.safeParse(withoutNulls(json)).data;
    if (message) this.deliver(message);
    else if (isRequest(json)) void this.send(invalidRequest(json.id));
  }

  private deliver(message: JSONRPCMessage): void {
    if ('method' in message && 'id' in message) this.unanswered.set(message.id, 0);
    // The protocol has no response to a cancelled request.
    if ('method' in message && message.method === 'notifications/cancelled')
      this.removeUnanswered(message.params?.requestId);
    this.onmessage?.(message);
  }
}

function toJson(message: JSONRPCMessage): string {
  const result = 'result' in message ? ToolAnswer.jsonOf(message.result) : undefined;
  if (result === undefined || !('id' in message)) return JSON.stringify(message);
  return `{"result":${result},"jsonrpc":"2.0","id":${JSON.stringify(message.id)}}`;
}

const isRequest = (value: unknown): value is { readonly id: string | number } =>
  isRecord(value) &&
  typeof value.method === 'string' &&
  (typeof value.id === 'string' || Number.isSafeInteger(value.id));

const REQUEST_KEYS: ReadonlySet<string> = new Set(['jsonrpc', 'id', 'method', 'params']);

/** Whether a message is a valid request without anything that has to be checked by the schema, as most are. */
const isPlainRequest = (message: unknown): message is JSONRPCRequest =>
  isRequest(message) &&
  'jsonrpc' in message &&
  message.jsonrpc === '2.0' &&
  Object.keys(message).every((key) => REQUEST_KEYS.has(key)) &&
  (!('params' in message) || isPlainParams(message.params));

const isPlainParams = (params: unknown): boolean =>
  isRecord(params) && !('_meta' in params) && !Object.values(params).includes(null);

const invalidRequest = (id: string | number): JSONRPCMessage => ({
  jsonrpc: '2.0',
  id,
  error: {
    code: ErrorCode.InvalidRequest,
    message: 'This request is not valid JSON-RPC 2.0 or MCP: params and params._meta must be objects.',
  },
});

/**
 * Removes null where the protocol has optional members: `params`, and the direct members of it and of its `_meta`.
 * Emacs' mcp.el sends `"params":null` (lizqwerscott/mcp.el#85), PHP and MCPSharp `"params":[]` for an empty
 * object (elgorro/aiquila#442, afrise/MCPSharp#6).
 */
function withoutNulls(message: unknown): unknown {
  if (!isRecord(message) || !('params' in message)) return message;
  const { params, ...rest } = message;
  if (params === null || (Array.isArray(params) && params.length === 0)) return rest;
  if (!isRecord(params)) return message;
  const own = dropNulls(params);
  return { ...rest, params: isRecord(own._meta) ? { ...own, _meta: dropNulls(own._meta) } : own };
}
