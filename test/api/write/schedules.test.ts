import { expect, test } from 'vitest';
import { makeSchedule, writeTools } from './schedule.ts';
import { story, violations } from './schedule-oracle.ts';
import { type Report, runSchedule } from './schedule-run.ts';

/** SCHEDULE_SEED=n runs the one schedule that a failure names; SCHEDULES=n runs more of them than usual. */
const { SCHEDULE_SEED, SCHEDULES = '1000' } = process.env;
const seeds = SCHEDULE_SEED ? [Number(SCHEDULE_SEED)] : Array.from({ length: Number(SCHEDULES) }, (_, at) => at + 1);

test('under faults, what is reported is what is there', { timeout: 300_000 }, async () => {
  const all: Report[] = [];
  const failures: string[] = [];
  for (const seed of seeds) {
    const schedule = makeSchedule(seed);
    const ran = await runSchedule(schedule);
    all.push(...ran.reports);
    const wrong = violations(ran);
    if (wrong.length === 0) continue;
    const { steps: _, ...setting } = schedule;
    failures.push([`SCHEDULE_SEED=${seed}`, ...wrong, JSON.stringify(setting), story(ran.reports)].join('\n'));
  }
  console.log(shares(all));
  expect(
    failures.length,
    `${failures.length} of ${seeds.length} schedules\n\n${failures.slice(0, 5).join('\n\n')}`,
  ).toBe(0);
  if (SCHEDULE_SEED) return;
  expect(writeTools.filter((tool) => !all.some(({ step }) => step.tool === tool))).toEqual([]);
});

function shares(reports: readonly Report[]): string {
  const row = (name: string, of: readonly Report[]) => {
    const count = (told: Report['told']) => of.filter((each) => each.told === told).length;
    const share = ((100 * count('unknown')) / Math.max(1, of.length)).toFixed(1);
    return `${name.padEnd(34)}${String(of.length).padStart(6)}${String(count('done')).padStart(7)}${String(count('not done')).padStart(10)}${String(count('unknown')).padStart(9)}${share.padStart(8)} %`;
  };
  const ofTools = writeTools.map((tool) =>
    row(
      tool,
      reports.filter(({ step }) => step.tool === tool),
    ),
  );
  const writes = reports.filter(({ step }) => writeTools.includes(step.tool));
  return [
    'tool                               calls   done  not done  unknown   share',
    ...ofTools,
    row('all writes', writes),
  ].join('\n');
}
