import { setTimeout as delay } from 'node:timers/promises';
import type { Api } from '../api/types.ts';
import type { FileLog } from '../lib/log.ts';
import type { StdioTransport } from '../mcp/stdio.ts';

/** ms for calls without a write in flight to end once the API takes no more requests. */
const ANSWER_MS = 500;
/** ms for the last responses, and for the last log lines, to be written: the pipe may have no reader. */
const FLUSH_MS = 500;
const FLUSH_LOG_MS = 200;
/** ms added to the time limit of one call, after which a write that still waits is abandoned. */
const CLOSE_MS = 5_000;

/**
 * Ends the process when the host is gone (stdin closed, stdout broken, a message too large for the transport, a signal):
 * calls are refused, reads aborted, writes finished and journalled; exit code 0.
 */
export function exitWithHost(
  server: { onclose?: (() => void) | undefined },
  transport: Pick<StdioTransport, 'answered'>,
  api: Api,
  log: FileLog,
  timeoutMs: number,
): void {
  let ending = false;
  const closeSession = server.onclose;
  const end = async (reason: string) => {
    if (ending) return;
    ending = true;
    log('debug', 'ending', { reason });
    closeSession?.();
    await Promise.race([api.close(), delay(timeoutMs + CLOSE_MS)]);
    // A call that was still at work before its first request is refused now, and its response sent.
    await Promise.race([transport.answered(), delay(ANSWER_MS)]);
    const flushed = process.stdout.writable && new Promise((resolve) => process.stdout.write('', resolve));
    await Promise.race([Promise.all([flushed, log.flush(FLUSH_LOG_MS)]), delay(FLUSH_MS)]);
    await exit();
  };
  server.onclose = () => void end('transport closed');
  for (const event of ['end', 'close'] as const) process.stdin.once(event, () => void end('stdin closed'));
  process.stdout.on('error', () => void end('stdout closed'));
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, () => void end(signal));
}

/** ms that the thread pool (files, host names, a terminal) gets to finish, and between two checks. */
const THREAD_POOL_MS = 500;
const CHECK_MS = 20;
const THREAD_POOL_WORK = /^(FSReq|GetAddrInfo|GetNameInfo)/;

/**
 * Node's exit waits for every thread of its pool. One of them may never end (a file on a network drive that is gone, a
 * terminal whose output is stopped): then only a signal ends the process.
 */
async function exit(): Promise<void> {
  const isBusy = () => process.getActiveResourcesInfo().some((kind) => THREAD_POOL_WORK.test(kind));
  for (let waited = 0; isBusy() && waited < THREAD_POOL_MS; waited += CHECK_MS) await delay(CHECK_MS);
  if (isBusy()) process.kill(process.pid, 'SIGKILL');
  else process.exit(0);
}
