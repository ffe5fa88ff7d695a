import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { fileJournal } from '../../../../src/api/write/journal/file-journal.ts';
import type { Json } from '../../../../src/lib/json.ts';
import { silent } from '../../../../src/lib/log.ts';
import type { Sandbox } from '../../../../src/sandbox/index.ts';
import { connect, type Options } from '../../../connect.ts';

const folder = await mkdtemp(join(tmpdir(), 'undo-'));
afterAll(() => rm(folder, { recursive: true }));
let files = 0;

/** A journal in a file of its own. */
export function newJournal(hasValues = true) {
  files += 1;
  return fileJournal({ path: join(folder, `${files}.jsonl`), days: 90, hasValues }, silent);
}

export interface ContactState extends Json {
  readonly id: string;
}
export interface State {
  readonly tags: readonly string[];
  readonly contacts: readonly ContactState[];
}

/** What exists in the sandbox. */
export async function stateOf(sandbox: Sandbox): Promise<State> {
  const answer = await sandbox.fetch(new Request('http://sandbox.invalid/__sandbox/state'));
  return (await answer.json()) as State;
}

/** A server with a journal, and the records of one contact. */
export async function setUp(options: Options = {}) {
  const journal = newJournal();
  const connected = await connect({ ...options, api: { journal, ...options.api } });
  const { call, sandbox } = connected;
  const changes = async (args: Json = {}) => (await call('list_recent_changes', args)).changes as Json[];
  const undo = (changeId = 'last', args: Json = {}) => call('undo_change', { changeId, ...args });
  return {
    ...connected,
    journal,
    state: () => stateOf(sandbox),
    undo,
    /** Undoes the newest change also where that is an undo. */
    undoNewest: async () => undo((await changes())[0]?.id as string),
    /** Rows of list_recent_changes, newest first. */
    changes,
  };
}
