import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { createWorld, runProgram } from '../api/auth/world.ts';
import { PROGRAM } from '../program.ts';
import { expectNoLineLost, linesOf, READS, runShell, setUp } from './changes-world.ts';

describe('ghl-contacts-mcp changes', () => {
  test('the first run of a name prints nothing and says so; the next ones print each change once', async () => {
    const { changes, create, api } = await setUp();
    await create(3);
    const first = await changes();
    expect([first.code, first.stdout]).toEqual([0, '']);
    expect(first.stderr).toMatch(/This is the first run of "default" for this account/);
    const [id = ''] = await create(1);
    const { code, lines, stderr } = await changes();
    expect([code, stderr]).toEqual([0, '']);
    expect(lines).toMatchObject([{ kind: 'contact', change: 'created', id, firstName: 'Person 4' }]);
    expect(await changes()).toMatchObject({ code: 0, stdout: '', stderr: '' });
    await api.put(`/contacts/${id}`, { city: 'Elsewhere' });
    expect((await changes()).lines).toMatchObject([{ kind: 'contact', change: 'updated', id }]);
  });

  test('each name has a cursor of its own, also apart from that of conversations', async () => {
    const { changes, create, server, env } = await setUp();
    await changes('--name', 'crm');
    const { call } = await server(env);
    await create(2);
    expect((await changes()).lines).toEqual([]);
    await call('list_changed_contacts', { since: 'last' });
    expect((await changes('--name', 'crm')).lines).toHaveLength(2);
    await create(1);
    expect((await changes()).lines).toHaveLength(1);
  });

  test('every kind is a line: contacts, tasks, appointments, deleted contacts and notes', async () => {
    const { changes, create, api, sandbox } = await setUp(
      `${READS} locations/tasks.readonly calendars.readonly calendars/events.readonly`,
    );
    const asked = ['--tasks', '--appointments', '--deleted', '--notes-of-tag', 'watched'];
    const [kept = '', gone = ''] = await create(2);
    await api.post(`/contacts/${kept}/tags`, { tags: ['watched'] });
    const first = await changes(...asked);
    expect([first.code, first.stdout, first.stderr]).toEqual([0, '', expect.stringContaining('first run')]);
    const [calendar] = (await api.get(`/calendars/?locationId=${sandbox.locationId}`)).body.calendars;
    const inADay = new Date(Date.now() + 86_400_000).toISOString().replace(/\.\d+/, '.000');
    await api.post(`/contacts/${kept}/tasks`, { title: 'Call', dueDate: inADay, completed: false });
    await api.post(`/contacts/${kept}/notes`, { body: 'Likes jazz' });
    await api.post('/calendars/events/appointments', {
      ...{
        locationId: sandbox.locationId,
        calendarId: calendar.id,
        contactId: kept,
        startTime: inADay,
        title: 'Visit',
      },
    });
    await api.remove(`/contacts/${gone}`);
    await create(1);
    const { code, lines, stderr } = await changes(...asked);
    expect([code, stderr]).toEqual([0, '']);
    expect(lines.map(({ kind, change }) => `${kind} ${change}`).sort()).toEqual([
      ...['appointment booked', 'contact created', 'deleted deleted', 'note added', 'task created'],
    ]);
    expect(lines.find(({ kind }) => kind === 'deleted')).toMatchObject({ id: gone });
    expect((await changes(...asked)).lines).toEqual([]);
  });

  test('--since TIME starts there, and the next run continues after it', async () => {
    const { changes, create } = await setUp();
    await create(120);
    const { code, lines } = await changes('--since', new Date(Date.now() - 3_600_000).toISOString());
    expect(code).toBe(0);
    expect(new Set(lines.map(({ id }) => id)).size).toBe(lines.length);
    expect(lines.length).toBeGreaterThanOrEqual(120);
    expect((await changes()).stdout).toBe('');
  });

  test('--exit-code makes nothing 10', async () => {
    const { changes, create } = await setUp();
    expect((await changes('--exit-code')).code).toBe(10);
    await create(1);
    expect((await changes('--exit-code')).code).toBe(0);
    expect((await changes('--exit-code')).code).toBe(10);
  });

  test('another account has cursors of its own: a name is new there, and continues where it was', async () => {
    const [one, other] = [await setUp(), await setUp(READS, { seed: 2 })];
    expect(other.sandbox.locationId).not.toBe(one.sandbox.locationId);
    await one.changes();
    await one.create(1);
    const env = { ...other.env, XDG_STATE_HOME: `${one.folder}/state` };
    const first = await other.run(['changes'], { env });
    expect(first).toMatchObject({ code: 0, stdout: '', stderr: expect.stringContaining('for this account') });
    expect((await one.changes()).lines).toHaveLength(1);
  });

  test('19 names have a cursor; a further one is refused, and none is lost', async () => {
    const { changes, create } = await setUp();
    for (let i = 0; i < 19; i += 1) expect((await changes('--name', `name-${i}`)).code).toBe(0);
    const refused = await changes('--name', 'one-more');
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringMatching(/19 names .* Use one of name-0, name-1,/),
    ]);
    await create(1);
    expect((await changes('--name', 'name-0')).lines).toHaveLength(1);
  });

  test.each([
    ['a name that is none', ['--name', '../x'], 2, /A name has up to 40 letters/],
    ['a time that is none', ['--since', 'yesterdayish'], 1, /since/],
    ['a time in the future', ['--since', '2099-01-01T00:00:00Z'], 1, /since lies in the future/],
    ['--exit-code of a run that does not end', ['--follow', '--exit-code'], 2, /--exit-code/],
  ])('%s is one line on stderr', async (_, args, code, message) => {
    const ran = await (await createWorld()).run(['changes', '--sandbox', ...args]);
    expect([ran.code, ran.stdout]).toEqual([code, '']);
    expect(ran.stderr).toMatch(message);
    expect(ran.stderr.trim().split('\n')).toHaveLength(1);
  });

  test('the settings gate it: without the scope it exits with 1 and says which one is missing', async () => {
    const { changes, requests } = await setUp('businesses.readonly');
    const before = (await requests()).length;
    const { code, stdout, stderr } = await changes();
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('contacts.readonly');
    expect(await requests()).toHaveLength(before);
  });

  test('what is asked for and cannot be read is exit code 1, and the rest is printed', async () => {
    const { changes, create } = await setUp();
    await changes();
    await create(1);
    const { code, lines, stderr } = await changes('--appointments');
    expect([code, lines.length]).toEqual([1, 1]);
    expect(stderr).toMatch(/Not read: appointments/);
    expect((await changes()).lines).toEqual([]);
  });
});

describe('no line is lost', () => {
  test('a consumer that stops reading: the next run prints the lines again', async () => {
    const { changes, create, env } = await setUp();
    await changes();
    const ids = await create(70);
    const { stdout } = await runShell(`"${process.execPath}" "${PROGRAM}" changes | head -n 1`, env);
    expect(linesOf(stdout)).toHaveLength(1);
    expect((await changes()).lines.map(({ id }) => id).sort()).toEqual(ids.sort());
  });

  test('a consumer and a program that are killed at random', () => expectNoLineLost(1));

  test('a first run whose cursor cannot be stored is exit code 1, and does not claim that the next one goes on', async () => {
    const { changes, folder } = await setUp();
    const file = join(folder, 'state/ghl-contacts-mcp/memory.json');
    await mkdir(file, { recursive: true });
    const { code, stdout, stderr } = await changes();
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/could not be stored, so the next one/);
    expect(stderr).not.toContain('first run');
    await rmdir(file);
    expect(await changes()).toMatchObject({ code: 0, stderr: expect.stringContaining('first run') });
  });

  test('two runs of one name at once print each change once between them', async () => {
    const { changes, create, env } = await setUp();
    await changes();
    const ids = await create(30);
    const ran = await Promise.all([runProgram(['changes'], env), runProgram(['changes'], env)]);
    expect(ran.map(({ code }) => code)).toEqual([0, 0]);
    expect(ran.flatMap(({ stdout }) => linesOf(stdout).map(({ id }) => id)).sort()).toEqual(ids.sort());
  });

  test('--follow ends with 0 on SIGTERM, and what it printed is acknowledged', async () => {
    const { changes, create, env } = await setUp();
    await changes();
    const ids = await create(3);
    const child = spawn(process.execPath, [PROGRAM, 'changes', '--follow'], { env });
    const ended = new Promise((resolve) => child.once('close', resolve));
    const printed: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      printed.push(JSON.parse(line).id);
      if (printed.length === ids.length) child.kill('SIGTERM');
    }
    expect([await ended, printed.sort()]).toEqual([0, ids.sort()]);
    expect((await changes()).stdout).toBe('');
  });

  test('--follow ends with 0 on SIGTERM between two answers as well, without a word', async () => {
    const { changes, create, env } = await setUp();
    await changes();
    await create(120);
    const child = spawn(process.execPath, [PROGRAM, 'changes', '--follow'], { env });
    const [stderr, ended] = [text(child.stderr), once(child, 'close')];
    const stdout = await new Promise<string>((resolve) => {
      let read = '';
      child.stdout.on('data', (data) => {
        if (!read) child.kill('SIGTERM');
        read += data;
      });
      child.stdout.once('end', () => resolve(read));
    });
    expect([await ended, await stderr]).toEqual([[0, null], '']);
    const rest = await changes();
    expect(new Set([...linesOf(stdout), ...rest.lines].map(({ id }) => id)).size).toBe(120);
    expect(linesOf(stdout).length + rest.lines.length).toBe(120);
  });
});
