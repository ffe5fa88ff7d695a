import { afterAll, expect, test } from 'vitest';
import { ANN, BEN, hostWithForms } from './host-with-forms.ts';

let host: Awaited<ReturnType<typeof hostWithForms>> | undefined;
afterAll(() => host?.close());

test('a question that nobody answers ends after 45 s over stdio; nothing is deleted', async () => {
  host = await hostWithForms(() => new Promise(() => {}));
  const startedAt = performance.now();
  const answer = await host.call('delete_contact', { contactId: ANN });
  expect(answer).toEqual({ confirmed: false, notice: expect.stringContaining('did not answer within 45 s') });
  expect(performance.now() - startedAt).toBeGreaterThan(44_000);
  expect(performance.now() - startedAt).toBeLessThan(60_000);
  expect(await host.contacts()).toEqual([ANN, BEN]);
});
