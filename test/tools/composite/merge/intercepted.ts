import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { fetchTransport } from '../../../../src/api/transport/index.ts';
import { recordFolder } from '../../../../src/lib/record-folder.ts';
import { createSandbox } from '../../../../src/sandbox/index.ts';
import { NOW, type Options } from '../../../connect.ts';
import { dataWith, kept, openMerge, removed } from './world.ts';

/** What a test does with a request, undefined sends it to the sandbox. */
type Intercept = (line: string, request: Request) => Promise<Response | undefined> | Response | undefined;

/** A server whose requests a test may answer, and another one on the same account and state. */
export async function openIntercepted(intercept: Intercept, contacts = [kept, removed], options: Options = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'ghl-merges-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const sandboxed = createSandbox({ now: () => NOW, rate: 'off', data: dataWith(...contacts) });
  const current = { intercept };
  const transport = fetchTransport(async (request) => {
    const line = `${request.method} ${new URL(request.url).pathname}`;
    return (await current.intercept(line, request)) ?? sandboxed.fetch(request);
  });
  const open = (own: boolean) =>
    openMerge({
      sandboxed,
      merges: recordFolder(join(folder, 'merges')),
      peopleFolder: join(folder, 'people'),
      ...options,
      ...(own ? { api: { transport, ...options.api } } : {}),
    });
  return {
    ...(await open(true)),
    other: () => open(false),
    intercept: (next: Intercept) => {
      current.intercept = next;
    },
  };
}
