import { fstatSync } from 'node:fs';
import { errorCode, UserError } from '../lib/errors.ts';
import { sleep, type Timers } from '../lib/scheduler.ts';

/** A stream of text, such as `process.stdout`. */
export interface Output {
  write(text: string, done: (error?: Error | null) => void): unknown;
}

/** Whether the reader of a file descriptor can end before it has read everything. */
export function isPipe(fd: number | undefined): boolean {
  const kind = fd === undefined ? undefined : fstatSync(fd);
  return kind !== undefined && (kind.isFIFO() || kind.isSocket());
}

/** ms for the consumer of a pipe to read what it was given: one that ends without reading on has closed the pipe by then. */
const CONSUMER_MS = 500;

/** The consumer does not read on. */
export class OutputClosed extends UserError {}

/**
 * Writes lines, and runs what acknowledges them once they have left. A consumer can end with lines unread in a pipe, which
 * only a later write shows. So there the newline after the last line of each write is held back: what was written is
 * acknowledged when a write after it succeeds, `CONSUMER_MS` later at the earliest; `end` writes the newline that is left.
 */
export class AcknowledgedOutput {
  readonly #out: Output;
  readonly #timers: Timers;
  readonly #isPipe: boolean;
  /** Of the lines whose newline is held back. */
  #acknowledge: (() => Promise<void>) | undefined;
  /** ms of the monotonic clock. */
  #writtenAt = Number.NEGATIVE_INFINITY;

  constructor(out: Output, timers: Timers, isPipe: boolean) {
    this.#out = out;
    this.#timers = timers;
    this.#isPipe = isPipe;
  }

  /** Without lines `acknowledge` runs together with that of the lines before. @throws OutputClosed */
  async write(lines: readonly string[], acknowledge: () => Promise<void>): Promise<void> {
    const before = this.#acknowledge;
    if (lines.length === 0 && before) this.#acknowledge = acknowledge;
    else if (lines.length === 0) await acknowledge();
    else if (this.#isPipe) {
      await this.#consumed();
      await this.#send(`${before ? '\n' : ''}${lines.join('\n')}`);
      this.#acknowledge = acknowledge;
      await before?.();
    } else {
      await this.#send(`${lines.join('\n')}\n`);
      await acknowledge();
    }
  }

  /** Ends the last line and acknowledges it; does nothing after `OutputClosed`. @throws OutputClosed */
  async end(): Promise<void> {
    const acknowledge = this.#acknowledge;
    if (!acknowledge) return;
    await this.#consumed();
    this.#acknowledge = undefined;
    await this.#send('\n');
    await acknowledge();
  }

  /** Waits until a consumer that ended after the last write has closed the pipe. */
  async #consumed(): Promise<void> {
    const left = this.#writtenAt + CONSUMER_MS - this.#timers.now();
    if (left > 0) await sleep(this.#timers, left);
  }

  async #send(text: string): Promise<void> {
    const error = await new Promise<Error | null | undefined>((resolve) => this.#out.write(text, resolve));
    this.#writtenAt = this.#timers.now();
    if (!error) return;
    this.#acknowledge = undefined;
    throw new OutputClosed(
      `The output was closed before all lines were read (${errorCode(error)}); the next run prints them again.`,
    );
  }
}
