import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { createWorld } from '../api/auth/world.ts';
import { find } from '../connect.ts';
import { PROGRAM } from '../program.ts';

const WRITES = 'contacts.readonly contacts.write';

/** A sandbox with an account, and `call` against it. */
async function setUp(scopes = WRITES) {
  const world = await createWorld();
  await world.signIn(scopes);
  const server = await world.server({ GHL_SCOPES: scopes });
  const { id } = await find(server.call, 'maria');
  const call = (tool: string, args: unknown, ...options: string[]) =>
    world.run(['call', tool, JSON.stringify(args), ...options], { env: { GHL_SCOPES: scopes, LOG_LEVEL: 'warn' } });
  return { ...world, id, call, server };
}

describe('ghl-contacts-mcp call', () => {
  test('prints the structured result as one line, and exits with 0', async () => {
    const { call, id, server } = await setUp();
    const { code, stdout, stderr } = await call('get_contact', { contactId: id });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.trimEnd()).not.toContain('\n');
    expect(JSON.parse(stdout)).toEqual(await server.call('get_contact', { contactId: id }));
  });

  test('a write is done and journalled like one of a host', async () => {
    const { call, id, folder } = await setUp();
    const { code, stdout } = await call('update_contact', { contactId: id, city: 'Elsewhere' });
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { contact: { city: 'Elsewhere' } }]);
    const journal = await readFile(join(folder, 'state/ghl-contacts-mcp/journal.jsonl'), 'utf8');
    expect(JSON.parse(journal)).toMatchObject({ tool: 'update_contact', host: { name: 'ghl-contacts-mcp call' } });
  });

  test('what needs consent prints the preview and exits with 3; --yes does it, for that call only', async () => {
    const { call, id } = await setUp();
    for (let i = 0; i < 2; i += 1) {
      const { code, stdout } = await call('delete_contact', { contactId: id });
      const { next, ...preview } = JSON.parse(stdout);
      expect([code, next]).toEqual([3, undefined]);
      expect(preview).toMatchObject({ preview: true, notice: 'Nothing was done. To do it, call again with --yes.' });
      expect((await call('get_contact', { contactId: id })).code).toBe(0);
    }
    const { code, stdout } = await call('delete_contact', { contactId: id }, '--yes');
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { succeeded: true, contact: { id } }]);
    expect((await call('get_contact', { contactId: id })).code).toBe(1);
  });

  test('the settings gate it: a tool without its scope is refused, and nothing is sent', async () => {
    const { call, id } = await setUp('contacts.readonly');
    const { code, stdout, stderr } = await call('update_contact', { contactId: id, city: 'Elsewhere' }, '--yes');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('contacts.write');
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  test.each([
    [
      'a tool that does not exist',
      ['lst_contacts'],
      2,
      /There is no tool "lst_contacts"; did you mean list_contacts\?/,
    ],
    ['arguments that are no JSON', ['get_contact', '{'], 2, /The arguments are not a JSON object/],
    ['arguments that are a list', ['get_contact', '[]'], 2, /The arguments are not a JSON object/],
    ['a missing argument', ['get_contact'], 1, /contactId is missing/],
    ['no tool', [], 2, /tool/],
  ])('%s is one line on stderr', async (_, args, code, message) => {
    const { run } = await createWorld();
    const ended = await run(['call', '--sandbox', ...args]);
    expect([ended.code, ended.stdout]).toEqual([code, '']);
    expect(ended.stderr).toMatch(message);
    expect(ended.stderr.trim().split('\n')).toHaveLength(1);
  });

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    '%s while a write is on its way: its outcome is journalled',
    async (signal) => {
      const { id, folder, env, sandbox, requests } = await setUp();
      sandbox.setFaults([{ route: 'PUT /contacts/{id}', fault: { strikes: 'after', delayMs: 300 } }]);
      const args = ['call', 'update_contact', JSON.stringify({ contactId: id, city: 'Elsewhere' })];
      const child = spawn(process.execPath, [PROGRAM, ...args], {
        env: { ...env, GHL_SCOPES: WRITES, LOG_LEVEL: 'warn' },
      });
      const [stderr, ended] = [text(child.stderr), once(child, 'close')];
      await expect
        .poll(async () => (await requests()).some(({ method }) => method === 'PUT'), { timeout: 5_000 })
        .toBe(true);
      child.kill(signal);
      expect(await ended).toEqual([1, null]);
      expect(await stderr).toMatch(/Ended by a signal .* in the journal/);
      const journal = await readFile(join(folder, 'state/ghl-contacts-mcp/journal.jsonl'), 'utf8');
      expect(JSON.parse(journal)).toMatchObject({ tool: 'update_contact', outcome: 'done' });
    },
  );

  test('- reads the arguments from standard input', async () => {
    const child = spawn(process.execPath, [PROGRAM, 'call', '--sandbox', 'list_contacts', '-']);
    child.stdin.end('{"query":"maria","limit":1}');
    expect(JSON.parse(await text(child.stdout))).toMatchObject({ contacts: [{ firstName: 'Maria' }] });
  });
});
