import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Json } from '../../../../src/lib/json.ts';
import { createSandbox, serveSandbox } from '../../../../src/sandbox/index.ts';
import { HELLO, PROGRAM, type Program, rpc, startNode } from '../../../program.ts';

const PROBE = new URL('./heap-probe.cjs', import.meta.url).pathname;

/** As large as contacts with notes in their fields are. */
const contacts = (count: number) =>
  Array.from({ length: count }, (_, i) => ({
    firstName: `Ada${i}`,
    lastName: i === 0 ? 'Solo' : 'Many',
    email: `ada${i}@example.com`,
    address1: `${i} Long Street, ${'behind the market '.repeat(10)}`,
    customFields: [{ key: 'remarks', value: `${i} ${'likes long rides and short answers. '.repeat(20)}` }],
  }));

/** Bytes by which the live objects of a server grow at most while it exports so many contacts. */
async function growth(count: number): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'export-memory-'));
  const data = { contacts: contacts(count), customFields: [{ name: 'Remarks', fieldKey: 'contact.remarks' }] };
  const sandbox = createSandbox({ rate: 'off', data });
  const { url, close } = await serveSandbox(sandbox, 0);
  const heapFile = join(folder, 'heap.json');
  const program = startNode(['--expose-gc', '--require', PROBE, PROGRAM], {
    ...{ GHL_API_KEY: sandbox.token, GHL_LOCATION_ID: sandbox.locationId, GHL_BASE_URL: url },
    ...{ GHL_SCOPES: 'contacts.readonly locations/customFields.readonly', GHL_JOURNAL: 'off', LOG_LEVEL: 'silent' },
    ...{ GHL_EXPORT_DIR: folder, HEAP_FILE: heapFile, HOME: folder },
  });
  onTestFinished(async () => {
    program.child.kill();
    await program.ended;
    await close();
    await rm(folder, { recursive: true, force: true });
  });
  program.send(HELLO);
  await program.answer(1);
  // Everything is loaded before it is measured.
  expect(await exported(program, 2, { query: 'solo', fileName: 'first' })).toMatchObject({ rows: 1 });
  program.child.kill('SIGUSR2');
  expect(await exported(program, 3, { fileName: 'all' })).toMatchObject({ rows: count });
  program.child.kill('SIGUSR2');
  const { start, peak } = await heapIn(heapFile);
  return peak - start;
}

async function exported({ send, answer }: Program, id: number, args: Json): Promise<Json> {
  send(rpc(id, 'tools/call', { name: 'export_contacts', arguments: args }));
  return ((await answer(id)).result as { structuredContent: Json }).structuredContent;
}

async function heapIn(file: string): Promise<{ start: number; peak: number }> {
  for (;;) {
    const text = await readFile(file, 'utf8').catch(() => '');
    if (text.endsWith('}')) return JSON.parse(text);
  }
}

test('an export of 2,000 contacts needs about as much memory as one of 500', async () => {
  const [few, many] = [await growth(500), await growth(2_000)];
  console.log(
    `live objects: 500 contacts ${few} bytes, 2,000 contacts ${many} bytes, ratio ${(many / few).toFixed(2)}`,
  );
  expect(few).toBeGreaterThan(500_000);
  // Four would be proportional; when garbage is collected differs from run to run.
  expect(many / few).toBeLessThan(2);
});
