import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ContactIds, writeContacts } from './contacts.ts';
import { buildPrograms, type Programs } from './programs/build.ts';
import { type SandboxProcess, startSandbox } from './sandbox-process.ts';
import { ServerProcess } from './server-process.ts';

/** Scopes with which answers show names in place of ids, and local times. */
export const NAME_SCOPES = 'contacts.readonly users.readonly locations.readonly locations/customFields.readonly';
const WARM_UP = 1_000;

/** What the parts share; the sandbox has no rate limit, so that the programs are measured and not the quota. */
export class BenchContext {
  readonly programs: Programs;
  readonly sandbox: SandboxProcess;
  readonly contacts = new ContactIds();
  readonly #folder: string;

  private constructor(programs: Programs, sandbox: SandboxProcess, folder: string) {
    this.programs = programs;
    this.sandbox = sandbox;
    this.#folder = folder;
  }

  static async create(): Promise<BenchContext> {
    const folder = await mkdtemp(join(tmpdir(), 'bench-'));
    const sandbox = await startSandbox({ GHL_SANDBOX_RATE: 'off' }, ['--data', await writeContacts(folder)]);
    return new BenchContext(await buildPrograms(), sandbox, folder);
  }

  /** A server that has answered a thousand calls. Names are on and the journal is off, unless `env` says otherwise. */
  async warmServer(program: string, env: Readonly<Record<string, string>> = {}): Promise<ServerProcess> {
    const defaults = { GHL_JOURNAL: 'off', GHL_SCOPES: NAME_SCOPES };
    const server = new ServerProcess(program, { ...this.sandbox.env, ...defaults, ...env });
    await server.initialize();
    await server.callsPerSecond(this.contacts.take(WARM_UP), 32);
    return server;
  }

  async end(): Promise<void> {
    this.sandbox.end();
    await this.programs.remove();
    await rm(this.#folder, { recursive: true });
  }
}
