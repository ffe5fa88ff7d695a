import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { JSONRPCMessageSchema } from '@modelcontextprotocol/sdk/types.js';
import { UserError } from '../lib/errors.ts';
import { isRecord, type Json, rowsIn, textIn } from '../lib/json.ts';
import { ProtocolClient } from './protocol-client.ts';

/** The tool answered with an error; its message. */
export class ToolFailed extends UserError {}

/** Calls tools as a host does. */
export interface ToolClient {
  /** The structured result. @throws ToolFailed; Error once the client is closed */
  call(name: string, args: Json): Promise<Json>;
  /** Ends the calls in flight. */
  close(): Promise<void>;
}

/** A client in this process, named `clientName` in the journal. */
export async function connectClient(server: Server, clientName: string): Promise<ToolClient> {
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  const client = new ProtocolClient((message) => void ours.send(JSONRPCMessageSchema.parse(message)));
  Object.assign(ours, { onmessage: client.receive, onclose: client.closed });
  await server.connect(theirs);
  await client.initialize(clientName);
  return {
    async call(name, args) {
      const result = await client.request('tools/call', { name, arguments: args });
      if (result.isError === true) {
        const message = rowsIn(result, 'content').map((part) => textIn(part, 'text') ?? '');
        throw new ToolFailed(message.join(' '));
      }
      return isRecord(result.structuredContent) ? result.structuredContent : {};
    },
    close: () => ours.close(),
  };
}

/** Ends the call in flight with the first signal. What was printed and what was sent are still seen through. */
export function endBySignal(client: ToolClient) {
  const stopped = new AbortController();
  const end = () => {
    stopped.abort();
    void client.close();
  };
  const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
  for (const name of signals) process.once(name, end);
  const ignoreSignals = () => {
    for (const name of signals) process.off(name, end);
  };
  return { signal: stopped.signal, ignoreSignals };
}
