import { constants, fstatSync, open, write } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { makeFolder } from './make-folder.ts';
import { redact } from './redact.ts';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * Writes one line to stderr and to the log file: no secrets, and no contact data above `debug`. It never blocks and never
 * throws; lines that a destination does not accept are dropped and counted.
 */
export type Log = (
  level: Exclude<LogLevel, 'silent'>,
  message: string,
  facts?: Readonly<Record<string, unknown>>,
) => void;

export interface FileLog extends Log {
  /** Resolves when every line is written or dropped, at the latest after `timeoutMs`. */
  readonly flush: (timeoutMs: number) => Promise<void>;
}

export const silent: Log = () => {};

/**
 * Own code, because logging libraries write to stderr synchronously or retry indefinitely, so that a host that pipes
 * stderr and never reads it stops the server. Nothing is opened before the first line that passes the level.
 */
export function createLog(level: LogLevel, file: string | undefined, stderr = true): FileLog {
  const from = LOG_LEVELS.indexOf(level);
  const console = new Destination(stderrWriter);
  const destinations = stderr ? [console] : [];
  if (file !== undefined) destinations.push(new Destination(() => fileWriter(file, (error) => fileFailed(error))));
  const log: Log = (at, message, facts = {}) => {
    if (LOG_LEVELS.indexOf(at) < from) return;
    const line = lineOf(at, message, facts);
    for (const destination of destinations) destination.add(line);
  };
  const fileFailed = ({ message }: Error) => {
    if (stderr && from <= LOG_LEVELS.indexOf('warn'))
      console.add(lineOf('warn', 'The log file cannot be opened', { file, error: message }));
  };
  return Object.assign(log, {
    async flush(timeoutMs: number) {
      const stop = new AbortController();
      const timeout = delay(timeoutMs, undefined, { signal: stop.signal }).catch(() => undefined);
      await Promise.race([Promise.all(destinations.map((destination) => destination.idle())), timeout]);
      stop.abort();
    },
  });
}

/** Maximum characters of a fact, of a line, and of the lines that wait for a destination. */
const FACT_CHARACTERS = 2_000;
const LINE_CHARACTERS = 16_000;
const WAITING_CHARACTERS = 256_000;

const SECRET_KEYS = new Set(['token', 'authorization', 'headers']);

function lineOf(level: string, message: string, facts: Readonly<Record<string, unknown>>): string {
  const head = { time: new Date().toISOString(), level, msg: shorten(message) };
  try {
    const line = JSON.stringify({ ...head, ...facts }, printable);
    if (line.length <= LINE_CHARACTERS) return `${line}\n`;
  } catch {
    // Facts that are not JSON are left out; the line is still written.
  }
  return `${JSON.stringify({ ...head, facts: 'left out' })}\n`;
}

function printable(key: string, value: unknown): unknown {
  if (SECRET_KEYS.has(key)) return '[redacted]';
  if (value instanceof Error) return shorten(value.message);
  if (typeof value === 'bigint' || typeof value === 'symbol') return String(value);
  return typeof value === 'string' ? shorten(value) : value;
}

/** Redacts before truncating: part of a secret may not be recognized as one. */
const shorten = (text: string): string => redact(text).slice(0, FACT_CHARACTERS);

/** Calls `done` when the text is written or has failed; never throws. */
type Writer = (text: string, done: (error?: Error | null) => void) => void;

/** Queue of lines to stderr or the file, with one write at a time, so that a destination that hangs blocks one write only. */
class Destination {
  readonly #open: () => Writer;
  #writer: Writer | undefined;
  #waiting: string[] = [];
  #characters = 0;
  #lost = 0;
  #writing = false;
  #whenIdle: (() => void)[] = [];

  constructor(open: () => Writer) {
    this.#open = open;
  }

  add(line: string): void {
    if (this.#characters + line.length > WAITING_CHARACTERS) {
      this.#lost += 1;
      return;
    }
    this.#waiting.push(line);
    this.#characters += line.length;
    this.#next();
  }

  idle(): Promise<void> {
    return this.#writing ? new Promise((resolve) => this.#whenIdle.push(resolve)) : Promise.resolve();
  }

  #next(): void {
    if (this.#writing) return;
    if (this.#waiting.length === 0) {
      for (const resolve of this.#whenIdle.splice(0)) resolve();
      return;
    }
    const lines = this.#waiting;
    const lost = this.#lost;
    const head = lost > 0 ? [lineOf('warn', 'Log lines were lost', { lost })] : [];
    this.#waiting = [];
    this.#characters = 0;
    this.#writing = true;
    this.#writer ??= this.#open();
    this.#writer([...head, ...lines].join(''), (error) => {
      this.#writing = false;
      this.#lost += error ? lines.length : -lost;
      this.#next();
    });
  }
}

/**
 * A pipe or socket is written through Node's stream, which neither blocks nor delays the exit. Anything else (a file, a
 * device, a terminal) is written by the thread pool.
 */
function stderrWriter(): Writer {
  try {
    const kind = fstatSync(2);
    if (!kind.isFIFO() && !kind.isSocket() && process.platform !== 'win32') return descriptorWriter(async () => 2);
    const stream = process.stderr;
    // The reader has closed the pipe, which the callback of the write reports as well.
    stream.on('error', () => {});
    return (text, done) => (stream.writable ? stream.write(text, done) : done(new Error('closed')));
  } catch {
    return (_, done) => done(new Error('no stderr'));
  }
}

/** Calls `onFirstFailure` if the file cannot be opened; each later write tries again. */
function fileWriter(path: string, onFirstFailure: (error: Error) => void): Writer {
  let descriptor: number | undefined;
  let reported = false;
  const { O_APPEND, O_CREAT, O_WRONLY, O_NONBLOCK = 0 } = constants;
  return descriptorWriter(async () => {
    try {
      if (descriptor === undefined) {
        await makeFolder(dirname(path));
        // O_NONBLOCK: opening a named pipe without a reader would block a thread of the pool for ever.
        descriptor = await promisify(open)(path, O_APPEND | O_CREAT | O_WRONLY | O_NONBLOCK, 0o600);
      }
      return descriptor;
    } catch (error) {
      if (!reported) onFirstFailure(error as Error);
      reported = true;
      throw error;
    }
  });
}

function descriptorWriter(open: () => Promise<number>): Writer {
  /** True after a line that was written in part: the next text starts on a new line. */
  let torn = false;
  return (text, done) => {
    const all = Buffer.from(torn ? `\n${text}` : text);
    const from = (fd: number, start: number) =>
      write(fd, all, start, all.length - start, null, (error, written) => {
        const end = start + (written ?? 0);
        if (!error && written > 0 && end < all.length) return from(fd, end);
        torn = end < all.length && (torn || end > 0);
        done(error ?? (end < all.length ? new Error('not written') : null));
      });
    open().then((fd) => from(fd, 0), done);
  };
}
