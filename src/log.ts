import type { Logger } from 'pino';
import { redact } from './errors.ts';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** One line to stderr and to the log file; never a secret, and no contact data above `debug`. */
export type Log = (
  level: Exclude<LogLevel, 'silent'>,
  message: string,
  facts?: Readonly<Record<string, unknown>>,
) => void;

/** pino behind a door: it is loaded with the first line that passes the level, not at the start. */
export function createLog(level: LogLevel, file: string | undefined): Log {
  let logger: Promise<Logger> | undefined;
  const from = LOG_LEVELS.indexOf(level);
  return (at, message, facts = {}) => {
    if (LOG_LEVELS.indexOf(at) < from) return;
    // A log file that cannot be opened ends nothing: stderr still has the lines.
    logger ??= open(level, file).catch(() => open(level, undefined));
    void logger.then((log) => log[at](facts, redact(message)));
  };
}

async function open(level: LogLevel, file: string | undefined): Promise<Logger> {
  const { default: pino } = await import('pino');
  const stderr = { level, stream: pino.destination({ dest: 2, sync: true }) };
  const streams = file
    ? [stderr, { level, stream: pino.destination({ dest: file, sync: true, mkdir: true, mode: 0o600 }) }]
    : [stderr];
  return pino({ level, base: null, redact: ['token', 'authorization', 'headers'] }, pino.multistream(streams));
}

export const silent: Log = () => {};
