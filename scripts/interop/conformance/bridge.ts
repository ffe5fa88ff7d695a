import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { StdioClientTransport, type StdioServerParameters } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { JSONRPCMessage, RequestId } from '@modelcontextprotocol/sdk/types.js';

export interface Bridge {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves an MCP server on stdio over Streamable HTTP on 127.0.0.1, with a process of its own for each session. Messages
 * pass unchanged in both directions, so a program that speaks HTTP sees what the server writes.
 */
export async function serveBridge(command: StdioServerParameters): Promise<Bridge> {
  const sessions = new Map<string, Session>();
  const http = createServer((request, response) => {
    handle(request, response, sessions, command).catch((error: unknown) => {
      console.error(error);
      if (!response.headersSent) response.writeHead(500).end();
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    async close() {
      await Promise.all([...sessions.values()].map(({ close }) => close()));
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

interface Session {
  readonly http: StreamableHTTPServerTransport;
  close(): Promise<void>;
}

const NOT_FOUND = JSON.stringify({ jsonrpc: '2.0', error: { code: -32001, message: 'Session not found' }, id: null });

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  sessions: Map<string, Session>,
  command: StdioServerParameters,
): Promise<void> {
  if (!isLocal(request)) return void response.writeHead(403).end('forbidden');
  const id = request.headers['mcp-session-id'];
  const session = id === undefined ? await openSession(command, sessions) : sessions.get(String(id));
  if (!session) return void response.writeHead(404, { 'content-type': 'application/json' }).end(NOT_FOUND);
  await session.http.handleRequest(request, response);
}

/** Against DNS rebinding: a page of another site has its own name in Host or Origin. */
function isLocal({ headers: { host, origin }, socket }: IncomingMessage): boolean {
  const own = ['127.0.0.1', 'localhost', '[::1]'].map((name) => `${name}:${socket.localPort}`);
  return own.includes(host ?? '') && (origin === undefined || own.includes(origin.replace(/^https?:\/\//, '')));
}

async function openSession(command: StdioServerParameters, sessions: Map<string, Session>): Promise<Session> {
  const stdio = new StdioClientTransport({ ...command, stderr: 'inherit' });
  const http = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    onsessioninitialized: (id) => void sessions.set(id, session),
  });
  const close = async () => {
    if (http.sessionId) sessions.delete(http.sessionId);
    await Promise.all([stdio.close(), http.close()]);
  };
  const session = { http, close };
  relay(stdio, http);
  await stdio.start();
  await http.start();
  return session;
}

/** stdio has one stream; over HTTP, what the server sends during a request belongs to the stream of that request. */
function relay(stdio: Transport, http: StreamableHTTPServerTransport): void {
  const requestOfToken = new Map<unknown, RequestId>();
  /** Requests of the client without a response, oldest first. */
  const unanswered = new Set<RequestId>();
  http.onmessage = (message) => {
    if ('method' in message && 'id' in message) {
      unanswered.add(message.id);
      requestOfToken.set(message.params?._meta?.progressToken, message.id);
    }
    void stdio.send(message);
  };
  stdio.onmessage = (message) => {
    const relatedRequestId = relatedRequest(message, requestOfToken, unanswered);
    if (!('method' in message) && message.id !== undefined) unanswered.delete(message.id);
    http.send(message, relatedRequestId === undefined ? {} : { relatedRequestId }).catch(console.error);
  };
}

function relatedRequest(
  message: JSONRPCMessage,
  requestOfToken: ReadonlyMap<unknown, RequestId>,
  unanswered: ReadonlySet<RequestId>,
): RequestId | undefined {
  if (!('method' in message)) return undefined;
  if (message.method === 'notifications/progress') return requestOfToken.get(message.params?.progressToken);
  return [...unanswered].at(-1);
}
