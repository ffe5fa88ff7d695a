import { expect, test } from 'vitest';
import { UserError } from '../../../../src/lib/errors.ts';
import { BulkJob } from '../../../../src/tools/composite/bulk-job/bulk-job.ts';
import { runBatch } from '../../../../src/tools/composite/bulk-job/run-batch.ts';
import type { ToolContext } from '../../../../src/tools/core/context.ts';

test('a batch that is cancelled, as when the server stops, does not say that nothing was written', async () => {
  const host = new AbortController();
  const { signal } = host;
  const job = new BulkJob<'only'>();
  job.plan = { ids: ['a', 'b', 'c'], steps: ['only'] };
  const send = async ([id]: readonly string[]) => {
    if (id === 'a') return () => 'changed' as const;
    host.abort();
    throw new UserError('The call was cancelled; nothing was written.');
  };
  const steps = { only: { idsPerCall: 1, concurrency: 1, send } };
  const context = { signal, hasTime: () => !signal.aborted, progress: () => {} } as Partial<ToolContext> as ToolContext;
  expect(await runBatch(job, { steps }, context)).toBe('The call was cancelled; the rest was not started.');
  expect(job.progress.get('a')).toEqual({ only: 'changed' });
  expect(job.plan.ids.filter((id) => job.isLeft(id))).toEqual(['b', 'c']);
});
