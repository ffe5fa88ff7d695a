import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Json } from '../../src/lib/json.ts';
import { StdioTransport } from '../../src/mcp/stdio.ts';
import { rpc } from '../program.ts';

let transport: StdioTransport;
let written: string[][];

beforeEach(async () => {
  vi.useFakeTimers();
  written = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    const messages = String(chunk).trim().split('\n');
    written.push(messages.map((line) => JSON.parse(line)).map(({ id, method }: Json) => String(id ?? method)));
    return true;
  });
  transport = new StdioTransport();
  await transport.start();
});
afterEach(async () => {
  await transport.close();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const receive = (...ids: number[]) =>
  process.stdin.emit('data', Buffer.from(ids.map((id) => `${JSON.stringify(rpc(id, 'ping'))}\n`).join('')));
const cancel = (requestId: number) =>
  process.stdin.emit(
    'data',
    Buffer.from(`${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId } })}\n`),
  );
const respond = (id: number) => void transport.send({ jsonrpc: '2.0', id, result: {} });
const notify = (relatedRequestId: number) =>
  void transport.send({ jsonrpc: '2.0', method: 'progress', params: {} }, { relatedRequestId });

test('responses of one turn of the event loop are written as one', async () => {
  receive(1, 2, 3);
  respond(1);
  respond(2);
  expect(written).toEqual([]);
  await vi.advanceTimersByTimeAsync(0);
  expect(written).toEqual([['1', '2']]);
});

test('a notification is written at once, and the response to its request 20 ms after the last of them', async () => {
  receive(1, 2);
  notify(1);
  expect(written).toEqual([['progress']]);
  await vi.advanceTimersByTimeAsync(15);
  notify(1);
  respond(1);
  respond(2);
  await vi.advanceTimersByTimeAsync(19);
  expect(written).toEqual([['progress'], ['progress'], ['2']]);
  await vi.advanceTimersByTimeAsync(1);
  expect(written).toEqual([['progress'], ['progress'], ['2'], ['1']]);
});

test('a request that is cancelled before its response is written gets none', async () => {
  receive(1);
  notify(1);
  respond(1);
  cancel(1);
  await vi.advanceTimersByTimeAsync(50);
  await transport.answered();
  expect(written).toEqual([['progress']]);
});
