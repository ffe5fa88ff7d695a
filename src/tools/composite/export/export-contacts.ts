import { UserError } from '../../../lib/errors.ts';
import type { Json } from '../../../lib/json.ts';
import { FileError, PartFile } from '../../../lib/part-file.ts';
import { formatTime } from '../../../lib/time-format.ts';
import type { ToolContext } from '../../core/context.ts';
import type { Implementation, ToolInput } from '../../core/tool.ts';
import { newSweep, type Sweep, sweepContacts } from '../sweep.ts';
import { type Layout, layoutOf } from './columns.ts';
import type { exportContacts } from './export-contacts.tool.ts';
import { FORMATS, type Format } from './formats.ts';
import { writeRows } from './row-writer.ts';

const JOB_KIND = 'export';
const CANCELLED = 'The export was cancelled.';

/** An export that later calls continue. */
interface Export {
  readonly layout: Layout;
  readonly format: Format;
  readonly file: PartFile;
  readonly sweep: Sweep;
  /** True once a call was cancelled: nobody received its answer, so that the same call continues it. */
  cancelled: boolean;
  /** Of the finished export: a repeated call gives it again and writes no second file. */
  answer?: Json;
}

type Args = ToolInput<typeof exportContacts>;

export const run: Implementation<typeof exportContacts> = async ({ handle: given, ...args }, context) => {
  const { jobs } = context.state;
  const handle = given ?? cancelledExport(args, context) ?? (await startExport(args, context));
  const job = jobs.find<Export>(JOB_KIND, handle);
  return jobs.runExclusively(handle, async () => {
    job.cancelled = false;
    try {
      const answer = job.answer ?? (await resume(job, context));
      job.cancelled = context.signal?.aborted === true;
      if (answer.incomplete) return { ...answer, next: { handle } };
      job.answer = answer;
      job.sweep.seen.clear();
      return answer;
    } catch (error) {
      throw await failed(error, job, handle, context);
    }
  });
};

/** Handle of an export with the same arguments whose last call was cancelled. */
function cancelledExport(args: Json, { state: { jobs }, notify }: ToolContext): string | undefined {
  const handle = jobs.findByArguments(JOB_KIND, args);
  if (handle === undefined || !jobs.find<Export>(JOB_KIND, handle).cancelled) return undefined;
  notify('This continues the export that was cancelled before; for another give another fileName.');
  return handle;
}

/** Creates the file, before anything is read. @throws UserError, FileError */
async function startExport(args: Omit<Args, 'handle'>, context: ToolContext): Promise<string> {
  const { format: extension = 'csv', columns, fileName, ...filter } = args;
  const { exportFolder: folder, state, clock } = context;
  if (folder === undefined) throw new UserError('Exports are off until the owner sets GHL_EXPORT_DIR.');
  const layout = await layoutOf(columns, context);
  const format = FORMATS[extension];
  const stem = fileName ?? `contacts-${formatTime(clock.now(), layout.zone).slice(0, 10)}`;
  const name = { folder, stem: withoutEnd(stem, `.${extension}`), extension };
  const file = await PartFile.create(name).catch((error: unknown) => {
    throw notCreated(error);
  });
  const job: Export = { layout, format, file, sweep: newSweep(filter, 'asc'), cancelled: false };
  return state.jobs.create(JOB_KIND, job, args);
}

const notCreated = (error: unknown): unknown =>
  error instanceof FileError && error.kind !== 'nameTaken'
    ? new FileError(
        `${error.message} Nothing was exported. Try again when the owner has corrected the folder of GHL_EXPORT_DIR.`,
        error.kind,
      )
    : error;

const withoutEnd = (text: string, end: string): string => (text.endsWith(end) ? text.slice(0, -end.length) : text);

/** Writes on as long as there is time. */
async function resume(job: Export, context: ToolContext): Promise<Json> {
  const { layout, format, file, sweep } = job;
  if (file.bytes === 0) await file.append(format.head(layout.columns));
  const { signal } = context;
  const stopped = await sweepContacts(sweep, context, 'exported', async (rows) => {
    const text = await writeRows(rows, layout, format, context);
    // A lookup that was cancelled leaves ids in place of names.
    if (signal?.aborted) throw new UserError(CANCELLED);
    await file.append(text);
  });
  const { seen, total = seen.size } = sweep;
  const written = { rows: seen.size, bytes: file.bytes };
  const reason = signal?.aborted ? CANCELLED : stopped;
  if (reason) {
    context.notify(`INCOMPLETE: ${reason} The file ends in .part until next has written the rest.`);
    return { path: file.path, ...written, total, incomplete: true };
  }
  if (seen.size < total)
    context.notify(`HighLevel says that ${total} match, but shows only ${seen.size}: those are exported.`);
  context.notify('The search index, which the export reads, lags behind writes of others by seconds to minutes.');
  return { path: await file.publish(), ...written };
}

/** The error with what the next call can do; an export that cannot go on is ended. */
async function failed(error: unknown, job: Export, handle: string, { state, signal }: ToolContext): Promise<unknown> {
  if (signal?.aborted && job.sweep.seen.size > 0) {
    job.cancelled = true;
    return error;
  }
  if (error instanceof FileError && error.kind !== 'replaced')
    return new FileError(
      `${error.message} ${job.sweep.seen.size} contacts are in it. When that is corrected call export_contacts with handle "${handle}".`,
      error.kind,
    );
  state.jobs.remove(handle);
  await job.file.discard();
  return error instanceof FileError
    ? new FileError(`${error.message} No file is complete; export again without the handle.`, error.kind)
    : error;
}
