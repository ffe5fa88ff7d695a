import { readFileSync } from 'node:fs';

/** Processor time that a process has used so far, user and system, in ticks of 10 ms. Linux only. */
export function processorTicks(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return Number(fields[11]) + Number(fields[12]);
}

/** Resident memory of a process in MB: the peak and the present value. Linux only. */
export function residentMemory(pid: number | undefined): { peak: number; now: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const mb = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1] ?? Number.NaN) / 1_024;
  return { peak: mb('VmHWM'), now: mb('VmRSS') };
}
