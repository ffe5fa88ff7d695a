import { randomUUID } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { errorCode } from './errors.ts';

/** Where a process id is valid: a container, or an editor's sandbox, may share the host name and have ids of its own. */
export const MACHINE = machine();

function machine(): string {
  try {
    return `${hostname()}/${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return hostname();
  }
}

/** Tells this process from an earlier one with the same id, as is usual in a restarted container. */
const PROCESS = randomUUID().slice(0, 8);

/** Names one holder of a lock in this process. */
export const newSignature = (): string => `${MACHINE} ${process.pid} ${PROCESS} ${randomUUID()}`;

export const processIdOf = (signature: string): string | undefined => signature.split(' ')[1];

/** Whether the process of a signature is running; unknown for other machines and containers. */
export function processState(signature: string): 'running' | 'ended' | 'unknown' {
  const [machine, pid, instance] = signature.split(' ');
  if (machine !== MACHINE) return 'unknown';
  if (Number(pid) === process.pid) return instance === PROCESS ? 'running' : 'ended';
  return isRunning(Number(pid)) ? 'running' : 'ended';
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return errorCode(error) !== 'ESRCH';
  }
}
