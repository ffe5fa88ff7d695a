import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { ErrorCode, type JSONRPCMessage, JSONRPCMessageSchema } from '@modelcontextprotocol/sdk/types.js';
import { isRecord } from '../lib/json.ts';
import { dropNulls } from '../tools/core/read-arguments.ts';

/** Bytes of one message, as the SDK's own transport has it. */
const MAX_MESSAGE = 10 * 1024 * 1024;
const LINE_FEED = 0x0a;

/**
 * MCP on stdio. Unlike the SDK's transport it reads null where a host means that nothing is given, and answers a request
 * that is not in the form of the protocol: that one drops it, and the host waits for ever.
 */
export class StdioTransport implements Transport {
  onmessage?: Transport['onmessage'];
  onerror?: Transport['onerror'];
  onclose?: Transport['onclose'];
  private parts: Buffer[] = [];
  private size = 0;

  async start(): Promise<void> {
    process.stdin.on('data', this.take);
    process.stdin.on('error', this.failed);
  }

  async close(): Promise<void> {
    process.stdin.off('data', this.take);
    process.stdin.off('error', this.failed);
    process.stdin.pause();
    this.parts = [];
    this.onclose?.();
  }

  send(message: JSONRPCMessage): Promise<void> {
    return new Promise((resolve) => {
      if (process.stdout.write(`${JSON.stringify(message)}\n`)) resolve();
      else process.stdout.once('drain', resolve);
    });
  }

  private readonly failed = (error: Error): void => this.onerror?.(error);

  private readonly take = (chunk: Buffer): void => {
    let from = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, from)) {
      const line = Buffer.concat([...this.parts, chunk.subarray(from, end)]).toString();
      this.parts = [];
      this.size = 0;
      from = end + 1;
      this.read(line);
    }
    const rest = chunk.subarray(from);
    this.parts.push(rest);
    this.size += rest.length;
    if (this.size <= MAX_MESSAGE) return;
    this.failed(new Error(`a message is longer than ${MAX_MESSAGE} bytes`));
    void this.close();
  };

  private read(line: string): void {
    try {
      const sent: unknown = JSON.parse(line);
      const message = JSONRPCMessageSchema.safeParse(withoutNulls(sent));
      if (message.success) this.onmessage?.(message.data as JSONRPCMessage);
      else if (isRequest(sent)) void this.send(refused(sent.id));
    } catch (error) {
      this.failed(error as Error);
    }
  }
}

const isRequest = (sent: unknown): sent is { readonly id: string | number } =>
  isRecord(sent) && typeof sent.method === 'string' && (typeof sent.id === 'string' || Number.isSafeInteger(sent.id));

const refused = (id: string | number): JSONRPCMessage => ({
  jsonrpc: '2.0',
  id,
  error: {
    code: ErrorCode.InvalidRequest,
    message: 'This request is not in the form of JSON-RPC 2.0 and MCP: params and params._meta are objects.',
  },
});

/**
 * A message without nulls where the protocol has optional members: `params`, what stands directly in it and in its
 * `_meta`. Emacs' mcp.el sends `"params":null` (lizqwerscott/mcp.el#85), PHP and MCPSharp `"params":[]` for an empty
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
