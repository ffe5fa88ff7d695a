import { createHash } from 'node:crypto';
import { promises } from 'node:fs';
import { join } from 'node:path';
import { LineFile } from '../../lib/line-file.ts';
import { linesForward } from '../../lib/lines-forward.ts';
import type { Log } from '../../lib/log.ts';
import { makeFolder } from '../../lib/make-folder.ts';
import { openFiles } from '../../lib/rotated-files.ts';
import { lastWrite, Rotation } from '../../lib/rotation.ts';
import { epochOf, realTimers, type Timers } from '../../lib/scheduler.ts';
import { EventLine } from './event.ts';
import { type EventLog, EventLogUnwritable, type EventPage, type EventPosition } from './event-log.ts';

interface Options {
  readonly timers?: Timers;
  /** Bytes after which a new file begins. */
  readonly maxBytes?: number;
  readonly file?: Pick<LineFile, 'open' | 'forget' | 'append' | 'sync'>;
}

const MAX_BYTES = 10_000_000;
/** Bytes of a line: ids and times only. */
const MAX_LINE = 4_000;
/** Days for which events are stored at least: a server that did not run for longer reads everything again. */
const DAYS = 30;
/** Lines of one page. */
const PAGE_LINES = 5_000;
/** Lines that one write takes. */
const BATCH_LINES = 500;

interface Waiting {
  readonly text: string;
  readonly stored: () => void;
  readonly failed: (error: unknown) => void;
}

/** An event log in one file of JSON lines, and in those that it was moved to. Several receivers may append to it. */
export function fileEventLog(path: string, log: Log, options: Options = {}): EventLog {
  const { timers = realTimers, maxBytes = MAX_BYTES } = options;
  const { file = new LineFile(path, timers.now) } = options;
  const rotation = new Rotation(path, { days: DAYS, maxBytes, timers, log });
  let waiting: Waiting[] = [];
  let writing = false;

  /** Events that arrive during a write share the next one, and its flush to the disk. */
  async function writeAll(): Promise<void> {
    if (writing) return;
    writing = true;
    while (waiting.length > 0) {
      const batch = waiting.slice(0, BATCH_LINES);
      waiting = waiting.slice(BATCH_LINES);
      try {
        if (await rotation.run(await file.open())) {
          file.forget();
          await file.open();
        }
        await file.append(batch.map(({ text }) => text).join('\n'));
        await file.sync();
        for (const { stored } of batch) stored();
      } catch (error) {
        for (const { failed } of batch) failed(unwritable(path, error));
      }
    }
    writing = false;
  }

  const aliveFolder = `${path}.alive`;
  return {
    append(lines) {
      const text = lines.map((line) => JSON.stringify(line)).join('\n');
      return new Promise((stored, failed) => {
        waiting.push({ text, stored, failed });
        void writeAll();
      });
    },
    stamp: () => stampOf(path),
    readFrom: (position) => readLines(path, position),
    recentStart: () => recentStartOf(path),
    end: () => endOf(path),
    lastAlive: (locationId) => latestIn(aliveFolder, locationId),
    markAlive: (locationIds) =>
      touchAll(aliveFolder, locationIds, new Date(epochOf(timers, timers.now()))).catch((error: unknown) => {
        throw unwritable(aliveFolder, error);
      }),
  };
}

/** Epoch ms at which the file of this name was last written, or the latest of all; undefined where there is none. */
async function latestIn(folder: string, name: string | undefined): Promise<number | undefined> {
  const names = name === undefined ? await promises.readdir(folder).catch(() => []) : [name];
  const times = await Promise.all(names.map((each) => lastWrite(join(folder, each))));
  const known = times.filter((time) => !Number.isNaN(time));
  return known.length === 0 ? undefined : Math.max(...known);
}

async function touchAll(folder: string, names: readonly string[], time: Date): Promise<void> {
  await makeFolder(folder);
  for (const name of names) {
    await (await promises.open(join(folder, name), 'a', 0o600)).close();
    await promises.utimes(join(folder, name), time, time);
  }
}

const stampOf = (path: string): Promise<string | undefined> =>
  promises.stat(path).then(
    ({ ino, size }) => `${ino} ${size}`,
    () => undefined,
  );

const unwritable = (path: string, error: unknown) =>
  new EventLogUnwritable(`${path} cannot be written (${(error as Error).message}).`);

async function readLines(path: string, position: EventPosition | undefined): Promise<EventPage> {
  const from = position === undefined ? { number: 0, end: 0, mark: undefined } : parsePosition(position);
  const lines: EventLine[] = [];
  let [hasLost, next] = [from === undefined, position];
  const fromThere = (numbers: readonly number[]) => {
    if (from === undefined || position === undefined) return numbers;
    if (!numbers.includes(from.number)) hasLost = true;
    return hasLost ? numbers : numbers.filter((number) => number >= from.number);
  };
  for await (const { number, file } of openFiles(path, 'earliest', fromThere)) {
    const mark = await markOf(file);
    const known = !hasLost && number === from?.number ? from : undefined;
    const isOther =
      known !== undefined && known.end > 0 && (known.mark !== mark || known.end > (await file.stat()).size);
    hasLost ||= isOther;
    const start = isOther ? 0 : (known?.end ?? 0);
    next = positionText(number, start, mark);
    for await (const { text, end } of linesForward(file, start, MAX_LINE)) {
      const line = text === undefined ? undefined : parseLine(text);
      if (line) lines.push(line);
      else hasLost = true;
      next = positionText(number, end, mark);
      if (lines.length === PAGE_LINES) return { lines, next, hasLost };
    }
  }
  return { lines, next: next ?? START, hasLost };
}

/** Of a log that has no file yet. */
const START = '1.0';

/** The start of the file before the present one, which has at least the lines of some minutes together with that. */
async function recentStartOf(path: string): Promise<EventPosition> {
  let position = START;
  for await (const { number } of openFiles(path, 'latest', (numbers) => numbers.slice(-2))) position = `${number}.0`;
  return position;
}

async function endOf(path: string): Promise<EventPosition> {
  for await (const { number, file } of openFiles(path, 'latest')) {
    // A line that is being written now is after this position.
    let end = 0;
    for await (const line of linesForward(file, 0, MAX_LINE)) ({ end } = line);
    return positionText(number, end, await markOf(file));
  }
  return START;
}

/** Bytes in which the time and most of the id of a first line stand. */
const MARK_BYTES = 100;

/** Tells a file from another one of its number, after files were deleted. */
async function markOf(file: promises.FileHandle): Promise<string> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(MARK_BYTES), 0, MARK_BYTES, 0);
  return createHash('sha256').update(buffer.subarray(0, bytesRead)).digest('hex').slice(0, 8);
}

/** `12.3456.0a1b2c3d`: the number of a file, the byte after which lines follow, and the mark of the file if it has lines. */
const positionText = (number: number, end: number, mark: string): EventPosition =>
  end === 0 ? `${number}.0` : `${number}.${end}.${mark}`;

/** Undefined for any other text. */
function parsePosition(position: EventPosition) {
  const [, number, end, mark] = /^(\d{1,9})\.(\d{1,15})(?:\.([0-9a-f]{8}))?$/.exec(position) ?? [];
  return number === undefined || end === undefined ? undefined : { number: Number(number), end: Number(end), mark };
}

function parseLine(text: string): EventLine | undefined {
  try {
    return EventLine.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
