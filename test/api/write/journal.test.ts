import { execFileSync } from 'node:child_process';
import { appendFile, chmod, mkdtemp, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { type Entry, fileJournal } from '../../../src/api/write/journal.ts';
import { readConfig } from '../../../src/cli/config.ts';
import type { Json } from '../../../src/lib/json.ts';

import { silent } from '../../../src/lib/log.ts';
import { connect, find, textOf } from '../../connect.ts';
import { HELLO, rpc, start } from '../../program.ts';
import { TOKEN } from '../layer.ts';
import { handClock } from '../steady-clock.ts';

const folder = await mkdtemp(join(tmpdir(), 'journal-'));
afterAll(() => rm(folder, { recursive: true }));
let files = 0;
const newFile = () => {
  files += 1;
  return join(folder, `${files}`, 'journal.jsonl');
};

const read = async (path: string): Promise<Entry[]> => {
  const text = await readFile(path, 'utf8');
  expect(text.endsWith('\n')).toBe(true);
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Entry);
};

const entry = (id: string, body = ''): Entry => ({
  id,
  at: '2026-11-20T15:00:00.000Z',
  tool: 'create_contact_note',
  locationId: 'bbbbbbbbbbbbbbbbbbbb',
  contactId: undefined,
  sent: { body },
  outcome: 'done',
  reconciled: false,
  attempts: 1,
  cancelled: false,
  traceId: undefined,
  host: undefined,
});

describe('the journal', () => {
  test('has one JSON line per write with the fields sent and the host, in a private file', async () => {
    const path = newFile();
    const { call, refused, sandbox } = await connect({ api: { journal: fileJournal(path, silent) } });
    const { id } = await find(call, 'maria');
    await expect(stat(path)).rejects.toThrow('ENOENT');
    await call('create_contact_note', { contactId: id, body: 'Rang\nback' });
    expect(await read(path)).toHaveLength(1);
    await call('update_contact', { contactId: id, city: 'Elsewhere' });
    await refused('update_contact', { contactId: 'aaaaaaaaaaaaaaaaaaaa', city: 'Elsewhere' });
    await call('get_contact', { contactId: id });

    const entries = await read(path);
    const place = { locationId: sandbox.locationId, host: 'test', attempts: 1, cancelled: false };
    expect(entries).toMatchObject([
      {
        tool: 'create_contact_note',
        contactId: id,
        outcome: 'done',
        reconciled: false,
        sent: { body: 'Rang\nback' },
        ...place,
      },
      { tool: 'update_contact', contactId: id, outcome: 'done', ...place },
      { tool: 'update_contact', contactId: 'aaaaaaaaaaaaaaaaaaaa', outcome: 'refused', ...place },
    ]);
    expect(new Set(entries.map((each) => each.id)).size).toBe(3);
    expect(((await stat(path)).mode & 0o777).toString(8)).toBe('600');
    expect(((await stat(join(path, '..'))).mode & 0o777).toString(8)).toBe('700');
  });

  test('is written before the tool answers', async () => {
    let written: () => void = () => {};
    const writing = new Promise<void>((onStart) => {
      written = onStart;
    });
    let keep: (stored: boolean) => void = () => {};
    const journal = () => {
      written();
      return new Promise<boolean>((resolve) => {
        keep = resolve;
      });
    };
    const { call } = await connect({ api: { journal } });
    let answered = false;
    const answer = call('create_contact', { firstName: 'Ann' }).then(() => {
      answered = true;
    });
    await writing;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(answered).toBe(false);
    keep(true);
    await answer;
  });

  test('contains ordinary text unchanged', async () => {
    const path = newFile();
    const { call } = await connect({ api: { journal: fileJournal(path, silent) } });
    const { id } = await find(call, 'maria');
    const body = 'The standard bearer arrived; trace 0e12a5a2-6f0e-4b1c-8a39-9ae9d5f60f1b; a pit-stop for eyJafjalla.';
    await call('create_contact_note', { contactId: id, body });
    expect(await read(path)).toMatchObject([{ sent: { body } }]);
  });

  test('contains no token, not even from the text of a note', async () => {
    const path = newFile();
    const { call, sandbox } = await connect({ api: { journal: fileJournal(path, silent) } });
    const { id } = await find(call, 'maria');
    await call('create_contact_note', { contactId: id, body: `their key is ${TOKEN}, "Bearer abc.def0123456789"` });
    const text = await readFile(path, 'utf8');
    expect(text).not.toContain(sandbox.token);
    expect(text).not.toContain(TOKEN);
    expect(text).not.toMatch(/bearer/i);
    expect(await read(path)).toMatchObject([{ sent: { body: 'their key is [redacted], "[redacted]"' } }]);
  });

  test.each(['/dev/full', '/proc/nowhere/journal.jsonl', join(folder, 'a file', 'journal.jsonl')])(
    'that cannot be written (%s) adds a notice to the result of the write',
    async (path) => {
      await writeFile(join(folder, 'a file'), '');
      const logged: unknown[] = [];
      const { client, call } = await connect({
        api: { journal: fileJournal(path, (...line) => logged.push(line)) },
      });
      const { id } = await find(call, 'maria');
      const result = await client.callTool({ name: 'update_contact', arguments: { contactId: id, city: 'Done' } });
      expect(result.isError, textOf(result)).toBeFalsy();
      expect(result.structuredContent).toMatchObject({ notice: 'The journal could not be written.' });
      expect((await call('get_contact', { contactId: id })).contact).toMatchObject({ city: 'Done' });
      expect(logged).toMatchObject([['error', 'journal', { path }]]);
      expect(JSON.stringify(logged)).not.toContain('Done');
    },
  );

  test('continues in a new file when the old one was moved', async () => {
    const path = newFile();
    const journal = fileJournal(path, silent);
    await journal(entry('old'));
    await rename(path, `${path}.1`);
    await journal(entry('new'));
    expect((await read(`${path}.1`)).map(({ id }) => id)).toEqual(['old']);
    expect((await read(path)).map(({ id }) => id)).toEqual(['new']);
  });

  test('starts a new line after an unfinished line of another process', async () => {
    const path = newFile();
    const [one, other] = [fileJournal(path, silent), fileJournal(path, silent)];
    await one(entry('first'));
    await appendFile(path, '{"id":"ha');
    expect(await other(entry('second'))).toBe(true);
    expect(await one(entry('third'))).toBe(true);
    const lines = (await readFile(path, 'utf8')).split('\n');
    expect(lines[1]).toBe('{"id":"ha');
    expect([0, 2, 3].map((at) => (JSON.parse(String(lines[at])) as Entry).id)).toEqual(['first', 'second', 'third']);
    expect(lines.slice(4)).toEqual(['']);
  });

  test('makes its own file private if others can read it', async () => {
    const path = newFile();
    const journal = fileJournal(path, silent);
    await journal(entry('first'));
    await chmod(path, 0o644);
    await journal(entry('second'));
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  test('an append that hangs is abandoned, and later ones at once until it ends', async () => {
    const timers = handClock();
    const written: string[] = [];
    let end: () => void = () => undefined;
    const hanging = new Promise<void>((resolve) => {
      end = resolve;
    });
    const append = async (_: string, line: string) => {
      if (line.includes('"slow"')) await hanging;
      written.push((JSON.parse(line) as Entry).id);
    };
    const journal = fileJournal('journal', silent, { timers, append });
    const answers = [journal(entry('slow')), journal(entry('behind'))];
    await timers.advance(1_999);
    await timers.advance(2);
    expect(await Promise.all(answers)).toEqual([false, false]);
    expect(await journal(entry('refused'))).toBe(false);
    end();
    await timers.advance(1);
    expect(await journal(entry('after'))).toBe(true);
    expect(written).toEqual(['slow', 'behind', 'after']);
  });

  test('starts a new line after an unfinished line', async () => {
    const path = join(folder, 'torn.jsonl');
    const journal = fileJournal(path, silent);
    await symlink('/dev/full', path);
    expect(await journal(entry('lost'))).toBe(false);
    await rm(path);
    await writeFile(path, '{"id":"ha');
    expect(await journal(entry('whole'))).toBe(true);
    expect(await journal(entry('next'))).toBe(true);
    const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
    expect(lines.slice(1).map((line) => (JSON.parse(line) as Entry).id)).toEqual(['whole', 'next']);
  });
});

describe('a journal that cannot be written', () => {
  const write = rpc(2, 'tools/call', { name: 'create_contact', arguments: { firstName: 'Ann', email: 'a@b.example' } });
  const answered = async (env: Record<string, string>) => {
    const program = start(['--sandbox'], env);
    program.send(HELLO);
    await program.answer(1);
    program.send(write);
    const { result } = await program.answer(2);
    expect(result).toMatchObject({ structuredContent: { notice: 'The journal could not be written.' } });
    expect((result as Json).isError).toBeFalsy();
    program.child.kill('SIGTERM');
    return program.ended;
  };

  test('a pipe without a reader: the tool returns, and SIGTERM ends the process', async () => {
    const path = join(folder, 'pipe');
    execFileSync('mkfifo', [path]);
    expect(await answered({ GHL_JOURNAL: path })).toBe(0);
  });

  test('a file system that hangs: the tool returns, and SIGTERM ends the process', {
    timeout: 20_000,
  }, async () => {
    const [pipe, hang] = [join(folder, 'hanging'), join(folder, 'hang.mjs')];
    execFileSync('mkfifo', [pipe]);
    // Opening a pipe for reading holds a thread until a process writes.
    await writeFile(
      hang,
      `import fs from 'node:fs';
       import { syncBuiltinESMExports } from 'node:module';
       const { open } = fs.promises;
       fs.promises.open = (path, ...rest) => (String(path).endsWith('journal.jsonl') ? open(${JSON.stringify(pipe)}, 'r') : open(path, ...rest));
       syncBuiltinESMExports();`,
    );
    expect(await answered({ GHL_JOURNAL: join(folder, 'journal.jsonl'), NODE_OPTIONS: `--import ${hang}` })).toBeNull();
  });
});

describe('several writers', () => {
  test('long entries of two file handles never interleave', async () => {
    const path = newFile();
    const handles = [fileJournal(path, silent), fileJournal(path, silent)];
    const body = 'x'.repeat(90_000);
    const ids = Array.from({ length: 60 }, (_, n) => `${n}`);
    const stored = await Promise.all(
      ids.flatMap((id) => handles.map((journal, h) => journal(entry(`${h}/${id}`, body)))),
    );
    expect(stored).not.toContain(false);
    const entries = await read(path);
    expect(entries.map(({ id }) => id).sort()).toEqual(ids.flatMap((id) => [`0/${id}`, `1/${id}`]).sort());
    expect(entries.every(({ sent }) => (sent as Json).body === body)).toBe(true);
  });

  test('two processes lose no entry', async () => {
    const path = newFile();
    const each = 30;
    const run = async (name: string) => {
      const program = start(['--sandbox'], { GHL_JOURNAL: path });
      program.send(HELLO);
      await program.answer(1);
      for (let n = 0; n < each; n += 1) {
        const person = { firstName: name, email: `${name}${n}@journal.example` };
        program.send(rpc(10 + n, 'tools/call', { name: 'create_contact', arguments: person }));
      }
      for (let n = 0; n < each; n += 1) expect(((await program.answer(10 + n)).result as Json).isError).toBeFalsy();
      program.child.stdin.end();
      expect(await program.ended).toBe(0);
    };
    await Promise.all([run('ann'), run('bob')]);
    const emails = (await read(path)).map(({ sent }) => sent.email);
    expect(new Set(emails).size).toBe(2 * each);
    expect(emails).toHaveLength(2 * each);
  });
});

test('is off in the sandbox unless it is set, and otherwise in the state folder', async () => {
  expect(readConfig({}, true).journal).toBeUndefined();
  expect(readConfig({ GHL_JOURNAL: '/tmp/j' }, true).journal).toBe('/tmp/j');
  expect(readConfig({ GHL_JOURNAL: 'off' }, false).journal).toBeUndefined();
  expect(readConfig({}, false).journal).toMatch(/ghl-contacts-mcp.journal\.jsonl$/);
});
