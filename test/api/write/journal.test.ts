import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { appendFile, chmod, mkdtemp, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Entry } from '../../../src/api/write/journal/entry.ts';
import { fileJournal } from '../../../src/api/write/journal/file-journal.ts';
import type { Journal } from '../../../src/api/write/journal/journal.ts';
import { readConfig } from '../../../src/cli/config.ts';
import type { Json } from '../../../src/lib/json.ts';
import { LineFile } from '../../../src/lib/line-file.ts';
import { type Log, silent } from '../../../src/lib/log.ts';
import { connect, find, textOf } from '../../connect.ts';
import { HELLO, PROGRAM, rpc, start, startNode } from '../../program.ts';
import { recordingJournal } from '../../recording-journal.ts';
import { TOKEN } from '../layer.ts';
import { handClock, hastyClock } from '../steady-clock.ts';

const folder = await mkdtemp(join(tmpdir(), 'journal-'));
afterAll(() => rm(folder, { recursive: true }));
let files = 0;
const newFile = () => {
  files += 1;
  return join(folder, `${files}`, 'journal.jsonl');
};

const JWT = 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P';

const read = async (path: string): Promise<Entry[]> => {
  const text = await readFile(path, 'utf8');
  expect(text.endsWith('\n')).toBe(true);
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Entry);
};

const open = (path: string, log: Log = silent): Journal =>
  fileJournal({ path, days: 90, hasValues: true }, log, { timers: hastyClock() });

/** Runs a program in the sandbox with a limit on the size of its files. */
const LIMITED = `
  const [blocks, program] = process.argv.slice(1);
  const shell = 'ulimit -f ' + blocks + '; exec "$0" "$@"';
  const child = require('node:child_process').spawn('sh', ['-c', shell, process.execPath, program, '--sandbox'], { stdio: 'inherit' });
  child.on('close', (code) => process.exit(code));
`;

const entry = (id: string, body = ''): Entry => ({
  v: 1,
  id,
  time: '2026-11-20T15:00:00.000Z',
  tool: 'create_contact_note',
  locationId: 'bbbbbbbbbbbbbbbbbbbb',
  sent: { body },
  outcome: 'done',
  reconciled: false,
  attempts: 1,
  cancelled: false,
});

describe('the journal', () => {
  test('has one JSON line per write with the fields sent and the host, in a private file', async () => {
    const path = newFile();
    const { call, refused, sandbox } = await connect({ api: { journal: open(path) } });
    const { id } = await find(call, 'maria');
    await expect(stat(path)).rejects.toThrow('ENOENT');
    await call('create_contact_note', { contactId: id, body: 'Rang\nback' });
    expect(await read(path)).toHaveLength(1);
    await call('update_contact', { contactId: id, city: 'Elsewhere' });
    await refused('update_contact', { contactId: 'aaaaaaaaaaaaaaaaaaaa', city: 'Elsewhere' });
    await call('get_contact', { contactId: id });

    const entries = await read(path);
    const place = {
      locationId: sandbox.locationId,
      host: { name: 'test', version: '0' },
      attempts: 1,
      cancelled: false,
    };
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
    const { journal } = recordingJournal();
    const append = () => {
      written();
      return new Promise<boolean>((resolve) => {
        keep = resolve;
      });
    };
    const { call } = await connect({ api: { journal: { ...journal, append } } });
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
    const { call } = await connect({ api: { journal: open(path) } });
    const { id } = await find(call, 'maria');
    const body =
      'The standard bearer arrived; trace 0e12a5a2-6f0e-4b1c-8a39-9ae9d5f60f1b; a pit-stop for eyJafjalla. access_token: none, Bearer of news2026isgood99.';
    await call('create_contact_note', { contactId: id, body });
    expect(await read(path)).toMatchObject([{ sent: { body } }]);
  });

  test('contains no token, not even from the text of a note', async () => {
    const path = newFile();
    const { call, sandbox } = await connect({ api: { journal: open(path) } });
    const { id } = await find(call, 'maria');
    await call('create_contact_note', { contactId: id, body: `their key is ${TOKEN}, "${JWT}".` });
    const text = await readFile(path, 'utf8');
    expect(text).not.toContain(sandbox.token);
    expect(text).not.toContain(TOKEN);
    expect(text).not.toContain(JWT);
    expect(await read(path)).toMatchObject([{ sent: { body: 'their key is [redacted], "[redacted]".' } }]);
  });

  test.each([
    ['/dev/full', 'it is no regular file'],
    ['/proc/nowhere/journal.jsonl', 'ENOENT: no such file or directory'],
    [join(folder, 'a file', 'journal.jsonl'), 'ENOTDIR: not a directory'],
    [folder, 'EISDIR: illegal operation on a directory'],
  ])('that cannot be written (%s) refuses a write before it is sent', async (path, reason) => {
    await writeFile(join(folder, 'a file'), '');
    const logged: unknown[] = [];
    const { call, refused, sent } = await connect({ api: { journal: open(path, (...line) => logged.push(line)) } });
    const { id } = await find(call, 'maria');
    await sent();
    expect(await refused('update_contact', { contactId: id, city: 'Elsewhere' })).toBe(
      `The journal ${path} cannot be written (${reason}), so nothing was sent: every write is recorded there. Correct that and call again; the owner can also set GHL_JOURNAL to another file, or to off.`,
    );
    expect(await sent()).toEqual([]);
    expect(logged).toMatchObject([['error', 'journal', { path }]]);
    expect(JSON.stringify(logged)).not.toContain('Elsewhere');
  });

  test('that fails after a write was sent says so, and writes its entry before the next write', async () => {
    const path = newFile();
    const file = new LineFile(path);
    let isFull = false;
    const append = async (line: string) => {
      if (isFull) throw new Error('ENOSPC: no space left on device, write');
      await file.append(line);
    };
    const journal = fileJournal({ path, days: 90, hasValues: true }, silent, {
      file: { open: () => file.open(), forget: () => file.forget(), append },
    });
    const { client, call, refused } = await connect({ api: { journal } });
    const { id } = await find(call, 'maria');
    isFull = true;
    const result = await client.callTool({ name: 'update_contact', arguments: { contactId: id, city: 'First' } });
    expect(result.isError, textOf(result)).toBeFalsy();
    expect(result.structuredContent).toMatchObject({
      notice: 'The journal could not be written: further writes are refused until it can.',
    });
    expect(await refused('update_contact', { contactId: id, city: 'Second' })).toContain(
      '(ENOSPC: no space left on device)',
    );
    isFull = false;
    await call('update_contact', { contactId: id, city: 'Third' });
    expect((await read(path)).map(({ sent }) => sent?.city)).toEqual(['First', 'Third']);
  });

  test('continues in a new file when the old one was moved', async () => {
    const path = newFile();
    const journal = open(path);
    await journal.append(entry('old'));
    await rename(path, `${path}.1`);
    await journal.assertWritable();
    await journal.append(entry('new'));
    expect((await read(`${path}.1`)).map(({ id }) => id)).toEqual(['old']);
    expect((await read(path)).map(({ id }) => id)).toEqual(['new']);
  });

  test('starts a new line after an unfinished line of another process', async () => {
    const path = newFile();
    const [one, other] = [open(path), open(path)];
    await one.append(entry('first'));
    await appendFile(path, '{"id":"ha');
    expect(await other.append(entry('second'))).toBe(true);
    expect(await one.append(entry('third'))).toBe(true);
    const lines = (await readFile(path, 'utf8')).split('\n');
    expect(lines[1]).toBe('{"id":"ha');
    expect([0, 2, 3].map((at) => (JSON.parse(String(lines[at])) as Entry).id)).toEqual(['first', 'second', 'third']);
    expect(lines.slice(4)).toEqual(['']);
  });

  test('makes its own file private if others can read it', async () => {
    const path = newFile();
    await open(path).append(entry('first'));
    await chmod(path, 0o644);
    await open(path).append(entry('second'));
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  test('an append that hangs is abandoned, and later ones at once until it ends', async () => {
    const timers = handClock();
    const written: string[] = [];
    let end: () => void = () => undefined;
    const hanging = new Promise<void>((resolve) => {
      end = resolve;
    });
    const append = async (line: string) => {
      if (line.includes('"slow"')) await hanging;
      written.push((JSON.parse(line) as Entry).id);
    };
    const file = { open: async () => 0, forget: () => undefined, append };
    const journal = fileJournal({ path: newFile(), days: 90, hasValues: true }, silent, { timers, file });
    const answers = [journal.append(entry('slow')), journal.append(entry('behind'))];
    await timers.advance(1_999);
    await timers.advance(2);
    expect(await Promise.all(answers)).toEqual([false, false]);
    expect(await journal.append(entry('refused'))).toBe(false);
    await expect(journal.assertWritable()).rejects.toThrow('an earlier append has not ended');
    end();
    await timers.advance(1);
    expect(await journal.append(entry('after'))).toBe(true);
    expect(written).toEqual(['slow', 'behind', 'refused', 'after']);
  });

  test('starts a new line after an unfinished line', async () => {
    const path = join(folder, 'torn.jsonl');
    const journal = open(path);
    await symlink('/dev/full', path);
    expect(await journal.append(entry('lost'))).toBe(false);
    await rm(path);
    await writeFile(path, '{"id":"ha');
    expect(await journal.append(entry('whole'))).toBe(true);
    expect(await journal.append(entry('next'))).toBe(true);
    const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
    expect(lines.slice(1).map((line) => (JSON.parse(line) as Entry).id)).toEqual(['lost', 'whole', 'next']);
  });
});

describe('a journal that cannot be written', () => {
  const write = rpc(2, 'tools/call', { name: 'create_contact', arguments: { firstName: 'Ann', email: 'a@b.example' } });
  const refused = async (env: Record<string, string>, reason: RegExp) => {
    const program = start(['--sandbox'], env);
    program.send(HELLO);
    await program.answer(1);
    program.send(write);
    const { result } = await program.answer(2);
    expect(result).toMatchObject({ isError: true, content: [{ text: expect.stringMatching(reason) }] });
    program.child.kill('SIGTERM');
    return program.ended;
  };

  test('a pipe without a reader: the tool returns, and SIGTERM ends the process', async () => {
    execFileSync('mkfifo', [join(folder, 'sandbox-pipe')]);
    expect(await refused({ GHL_JOURNAL: join(folder, 'pipe') }, /\(it is no regular file\), so nothing was sent/)).toBe(
      0,
    );
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
       const { open } = fs;
       fs.open = (path, flags, mode, done) => (String(path).endsWith('journal.jsonl') ? open(${JSON.stringify(pipe)}, 'r', done) : open(path, flags, mode, done));
       syncBuiltinESMExports();`,
    );
    const env = { GHL_JOURNAL: join(folder, 'journal.jsonl'), NODE_OPTIONS: `--import ${hang}` };
    expect(await refused(env, /\(it did not answer within 2000 ms\), so nothing was sent/)).toBeNull();
  });
});

describe('a full disk', () => {
  test('is noticed before a write is sent', async () => {
    const { call, refused, sent } = await connect({ api: { journal: open(newFile()) } });
    const { id } = await find(call, 'maria');
    await sent();
    const full = { blocks: 1_000, bavail: 10, bsize: 4_096 } as fs.StatsFs;
    const statfs = vi.spyOn(fs.promises, 'statfs').mockResolvedValue(full);
    onTestFinished(() => statfs.mockRestore());
    expect(await refused('update_contact', { contactId: id, city: 'Elsewhere' })).toContain('(the disk is full)');
    expect(await sent()).toEqual([]);
    statfs.mockRestore();
    await call('update_contact', { contactId: id, city: 'Elsewhere' });
  });

  test('that takes only a part of a line: the write is reported, the next is refused, and the journal stays readable', async () => {
    const path = newFile();
    // The limit of a process on the size of its files, in blocks of 512 bytes.
    const program = startNode(['-e', LIMITED, '8', PROGRAM], { GHL_JOURNAL: path });
    program.send(HELLO);
    await program.answer(1);
    const texts: string[] = [];
    for (let n = 2; n < 12; n += 1) {
      const person = { firstName: `Person ${n}`, email: `p${n}@full.example`, city: 'x'.repeat(200) };
      program.send(rpc(n, 'tools/call', { name: 'create_contact', arguments: person }));
      texts.push(JSON.stringify((await program.answer(n)).result));
    }
    program.child.stdin.end();
    expect(await program.ended).toBe(0);
    const [reported, refused] = [
      /journal could not be written: further/,
      /cannot be written \(.*\), so nothing was sent/,
    ];
    const at = texts.findIndex((text) => reported.test(text));
    expect(at).toBeGreaterThan(0);
    expect(texts.slice(at + 1).filter((text) => !refused.test(text))).toEqual([]);
    const file = join(path, '../sandbox-journal.jsonl');
    const { entries, damaged } = await open(file).read({ locationId: undefined, limit: 100 });
    expect([entries.length, damaged]).toEqual([at, 1]);
    expect(await open(file).append(entry('after'))).toBe(true);
    expect((await open(file).read({ locationId: undefined, limit: 1 })).entries).toMatchObject([{ id: 'after' }]);
  });
});

describe('several writers', () => {
  test('long entries of two file handles never interleave', async () => {
    const path = newFile();
    const handles = [open(path), open(path)];
    const body = 'x'.repeat(90_000);
    const ids = Array.from({ length: 60 }, (_, n) => `${n}`);
    const stored = await Promise.all(
      ids.flatMap((id) => handles.map((journal, h) => journal.append(entry(`${h}/${id}`, body)))),
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
    const emails = (await read(join(path, '../sandbox-journal.jsonl'))).map(({ sent }) => sent?.email);
    expect(new Set(emails).size).toBe(2 * each);
    expect(emails).toHaveLength(2 * each);
  });
});

test('is in the state folder unless set or off, and that of the sandbox in a file of its own', () => {
  const pathOf = (env: Record<string, string>, sandbox: boolean) => readConfig(env, sandbox).journal?.path;
  expect(pathOf({}, false)).toMatch(/ghl-contacts-mcp.journal\.jsonl$/);
  expect(pathOf({}, true)).toMatch(/ghl-contacts-mcp.sandbox-journal\.jsonl$/);
  expect(pathOf({ GHL_JOURNAL: '/tmp/j' }, false)).toBe('/tmp/j');
  expect(pathOf({ GHL_JOURNAL: '/tmp/j' }, true)).toBe('/tmp/sandbox-j');
  expect([pathOf({ GHL_JOURNAL: 'off' }, false), pathOf({ GHL_JOURNAL: 'OFF' }, true)]).toEqual([undefined, undefined]);
});
