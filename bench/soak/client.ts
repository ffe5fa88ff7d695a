import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { CallToolResultSchema } from '@modelcontextprotocol/sdk/types.js';
import type { CallSource } from './call-source.ts';
import type { PreparedCall } from './calls.ts';
import type { Outcome } from './records.ts';

/** ms; a call takes at most 30 s of the server, and an answer that is later than this is missing. */
const MAX_ANSWER_MS = 60_000;

/** What was answered, summed over all calls. */
export class Tally {
  reads = 0;
  failedReads = 0;
  /** Calls without an answer, or with an answer that is no tool result. */
  readonly unanswered: string[] = [];
  /** Reads that contradict the answers to earlier calls. */
  readonly contradictions: string[] = [];
  readonly writes: Record<Outcome, number> = { done: 0, notDone: 0, unknown: 0 };
  /** Calls that repeated one whose outcome is not known: nothing was sent again, so the journal has one entry for both. */
  repeated = 0;
}

/** What the answer to a call says. */
interface Answered {
  readonly outcome: Outcome;
  readonly data?: unknown;
  readonly isRepeat?: boolean;
}

/** A host: a client with a server of its own. */
export class SoakClient {
  readonly #client = new Client({ name: 'soak', version: '0' });
  readonly #transport: StdioClientTransport;

  constructor(env: Readonly<Record<string, string>>) {
    const all = { PATH: process.env.PATH ?? '', ...env };
    this.#transport = new StdioClientTransport({
      command: process.execPath,
      args: ['dist/index.js'],
      env: all,
      stderr: 'ignore',
    });
  }

  async start(): Promise<void> {
    await this.#client.connect(this.#transport);
    // From then on the client checks each answer against the output schema of its tool.
    await this.#client.listTools();
  }

  /** Of the server. */
  get pid(): number | undefined {
    return this.#transport.pid ?? undefined;
  }

  /** Calls one tool after the other until `isOver`. */
  async run(source: CallSource, tally: Tally, isOver: () => boolean): Promise<void> {
    while (!isOver()) await this.#call(source.next(), tally);
  }

  async #call({ tool, args, settle, contradiction }: PreparedCall, tally: Tally): Promise<void> {
    const answered = await this.#answer(tool, args).catch((error: Error) => {
      tally.unanswered.push(`${tool}: ${error.message}`);
      return undefined;
    });
    if (settle) {
      const outcome = answered?.outcome ?? 'unknown';
      if (answered?.isRepeat) tally.repeated += 1;
      else tally.writes[outcome] += 1;
      settle(outcome, answered?.data);
      return;
    }
    tally.reads += 1;
    if (answered?.outcome !== 'done') tally.failedReads += 1;
    else {
      const sentence = contradiction?.(answered.data);
      if (sentence !== undefined) tally.contradictions.push(`${tool}: ${sentence}`);
    }
  }

  async #answer(name: string, args: Record<string, unknown>): Promise<Answered> {
    const result = await this.#client.callTool({ name, arguments: args }, CallToolResultSchema, {
      timeout: MAX_ANSWER_MS,
    });
    const { isError, structuredContent, content } = CallToolResultSchema.parse(result);
    if (!isError) return { outcome: 'done', data: structuredContent };
    const text = content.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
    if (!text.includes('was done is not known')) return { outcome: 'notDone' };
    return { outcome: 'unknown', isRepeat: text.includes('The same call was made') };
  }

  end(): Promise<void> {
    return this.#client.close();
  }
}
