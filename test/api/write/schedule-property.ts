import fc from 'fast-check';
import { expect } from 'vitest';
import { schedules, writeTools } from './schedule.ts';
import { transcript, violations } from './schedule-oracle.ts';
import { type Report, runSchedule } from './schedule-run.ts';

/** A failure prints its seed and path; SCHEDULE_SEED and SCHEDULE_PATH repeat it. SCHEDULES replaces the number of runs. */
const { SCHEDULE_SEED = '20261121', SCHEDULE_PATH, SCHEDULES } = process.env;
const replay = SCHEDULE_PATH ? { path: SCHEDULE_PATH, endOnFailure: true } : {};

/** Runs random schedules of writes and faults, and expects every reported outcome to be true. */
export async function expectTrueOutcomes(runs: number): Promise<void> {
  const reports: Report[] = [];
  const property = fc.asyncProperty(schedules, async (schedule) => {
    const ran = await runSchedule(schedule);
    reports.push(...ran.reports);
    const wrong = violations(ran);
    if (wrong.length > 0) throw new Error([...wrong, transcript(ran.reports)].join('\n'));
  });
  await fc.assert(property, { seed: Number(SCHEDULE_SEED), numRuns: Number(SCHEDULES ?? runs), ...replay });
  console.log(outcomeTable(reports));
  if (!SCHEDULE_PATH) expect(writeTools.filter((tool) => !reports.some(({ step }) => step.tool === tool))).toEqual([]);
}

function outcomeTable(reports: readonly Report[]): string {
  const row = (name: string, of: readonly Report[]) => {
    const count = (outcome: Report['outcome']) => of.filter((each) => each.outcome === outcome).length;
    const share = ((100 * count('unknown')) / Math.max(1, of.length)).toFixed(1);
    return `${name.padEnd(34)}${String(of.length).padStart(6)}${String(count('done')).padStart(7)}${String(count('notDone')).padStart(10)}${String(count('unknown')).padStart(9)}${share.padStart(8)} %`;
  };
  const of = (tool: string) => reports.filter(({ step }) => step.tool === tool);
  return [
    'tool                               calls   done  not done  unknown   share',
    ...writeTools.map((tool) => row(tool, of(tool))),
    row('all writes', writeTools.flatMap(of)),
  ].join('\n');
}
