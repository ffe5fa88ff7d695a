import { contactLabel } from '../../../api/contact-fields.ts';
import { MAX_UNASKED, type Question } from '../../core/confirmation.ts';
import type { ToolContext } from '../../core/context.ts';
import type { Implementation, ToolInput } from '../../core/tool.ts';
import { inGroup } from '../../core/write-group.ts';
import { agreeTo, confirmingCall } from '../bulk-job/agree.ts';
import { AUTOMATIONS } from '../confirm/questions.ts';
import { listQuoted } from '../confirm/wording.ts';
import type { bulkUpsertContacts } from './bulk-upsert-contacts.tool.ts';
import { type DesiredPerson, parsePeople } from './parse-person.ts';
import { type Outcome, shownRows } from './row-result.ts';
import { countsOf, runRows, type UpsertJob } from './row-runner.ts';

const KIND = 'upsert';

/** Outcomes that read as if every value had been stored. */
const SUCCESSES: readonly Outcome[] = ['created', 'updated', 'unchanged'];

type UpsertInput = Omit<ToolInput<typeof bulkUpsertContacts>, 'confirm'>;

/** The handle given, else that of an unfinished job of the same arguments, else that of a new job. */
async function handleOf(args: UpsertInput, context: ToolContext): Promise<string> {
  const { jobs } = context.state;
  const { handle, rows = [], matchField } = args;
  const unfinished = handle ?? jobs.findByArguments(KIND, args);
  if (unfinished !== undefined) return unfinished;
  const inputs = matchField === undefined ? rows : rows.map((row) => ({ matchField, ...row }));
  const people = await parsePeople(inputs, context, (at) => `rows[${at}].`);
  const job: UpsertJob = { people, results: new Map(), previewed: false };
  return jobs.create(KIND, job, args);
}

const whoIs = ({ fields }: DesiredPerson): string => contactLabel(fields) || 'without a name';

async function questionOf({ people }: UpsertJob): Promise<Question> {
  const text = `Onboard ${people.length} people (${listQuoted(people.map(whoIs))})? Those who are not found are created, the others get what is new. ${AUTOMATIONS}`;
  return { text, preview: { question: text, asked: people.length }, content: {} };
}

export const run: Implementation<typeof bulkUpsertContacts> = async ({ confirm, ...args }, context) => {
  const { jobs } = context.state;
  const handle = await handleOf(args, context);
  const job = jobs.find<UpsertJob>(KIND, handle);
  return jobs.runExclusively(handle, async () => {
    if (job.people.length > MAX_UNASKED && job.results.size === 0) {
      const call = { handle, confirmed: confirm === true };
      const unconfirmed = await agreeTo(job, call, () => questionOf(job), context);
      if (unconfirmed) return unconfirmed;
    }
    const stopReason = await runRows(job, inGroup(context, handle));
    const isFinished = job.results.size === job.people.length;
    // A cancelled call delivers no result: the same call again must find the job.
    if (isFinished && context.signal?.aborted !== true) jobs.remove(handle);
    if (!isFinished)
      context.notify(
        stopReason === undefined
          ? 'Stopped for time; call next to continue.'
          : `Stopped because consecutive rows failed: ${stopReason} Call next to try those and the rest.`,
      );
    const results = [...job.results.values()].sort((a, b) => a.row - b.row);
    const incomplete = results.filter(({ outcome, reason }) => reason && SUCCESSES.includes(outcome)).length;
    if (incomplete > 0)
      context.notify(`${incomplete} of these rows have values that were not stored: see their reason.`);
    return { ...countsOf(job), rows: shownRows(results), ...(isFinished ? {} : { next: confirmingCall(handle) }) };
  });
};
