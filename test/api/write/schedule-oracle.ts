import type { Ran, Report } from './schedule-run.ts';
import type { Snapshot } from './schedule-world.ts';

/** Every contradiction between what the calls reported and what the sandbox holds. */
export function violations({ reports, before, after, journal }: Ran): string[] {
  return [
    ...reports.filter(({ outcome }) => outcome === 'crash').map((each) => `${each.step.tool}: ${each.text}`),
    ...wrongFacts(reports, before, after),
    ...wrongMarks(reports, before, after),
    ...wrongJournal(reports, journal),
  ];
}

interface Written {
  readonly value: string;
  readonly report: Report;
}

const append = <T>(map: Map<string, T[]>, key: string, value: T) => map.set(key, [...(map.get(key) ?? []), value]);

/**
 * A fact has its old value unless a call reported it as written, or the value of a call that was done or may be, unless
 * a later call that was done began after that one ended.
 */
function wrongFacts(reports: readonly Report[], before: Snapshot, after: Snapshot): string[] {
  const written = new Map<string, Written[]>();
  const owners = new Map<string, string>();
  for (const report of reports) {
    for (const { owner, name, value } of report.step.facts ?? []) {
      const key = owner === '' ? name : `${owner}/${name}`;
      owners.set(key, owner);
      if (report.outcome !== 'notDone') append(written, key, { value, report });
    }
  }
  return [...owners].flatMap(([key, owner]) => {
    if (owner !== '' && !exists(owner, after)) return [];
    const writes = written.get(key) ?? [];
    const done = writes.filter(({ report }) => report.outcome === 'done');
    const possible = writes
      .filter(({ report }) => !done.some((other) => other.report.began > report.ended))
      .map(({ value }) => value);
    if (done.length === 0) possible.push(before.facts.get(key) ?? '');
    const stored = after.facts.get(key) ?? '';
    const found = owner === '' ? (exists(key, after) ? 'there' : '') : stored;
    return possible.includes(found) ? [] : [`${key} is ${found || 'absent'}, not ${possible.join(' or ') || 'absent'}`];
  });
}

/** Whether a record and the contact it belongs to exist. */
const exists = (record: string, { facts }: Snapshot) =>
  facts.has(record) && facts.has(record.split('/').slice(0, 2).join('/'));

function wrongMarks(reports: readonly Report[], before: Snapshot, after: Snapshot): string[] {
  const groups = new Map<string, Report[]>();
  for (const report of reports) if (report.step.mark !== undefined) append(groups, report.step.mark, report);
  return [...groups].flatMap(([mark, group]) => {
    if (contactIsDeleted(mark, after)) return [];
    const old = before.marked.get(mark) ?? [];
    const created = (after.marked.get(mark) ?? []).filter((id) => !old.includes(id));
    return wrongCreates(group, created).map((wrong) => `${mark}: ${wrong} (${created.length} found)`);
  });
}

/** Tasks and notes are deleted with their contact. */
const contactIsDeleted = (mark: string, after: Snapshot) => {
  const [kind, contactId] = mark.split(' ');
  return kind !== 'contact' && !after.facts.has(`contact/${contactId}`);
};

/** Compares the calls of one mark with the ids of the records that they created. */
function wrongCreates(group: readonly Report[], created: readonly string[]): string[] {
  const wrong: string[] = [];
  const done = group.filter(({ outcome }) => outcome === 'done');
  const own = done.filter(({ isRepetition }) => !isRepetition);
  for (const { id } of done) {
    if (id === undefined) wrong.push('reported done without an id');
    else if (!created.includes(id)) wrong.push(`reported done as ${id}, which does not exist`);
  }
  if (new Set(own.map(({ id }) => id)).size < own.length) wrong.push('two writes reported the same record');
  const reported = new Set(done.map(({ id }) => id)).size;
  const uncertain = group.filter(({ outcome, isRepetition }) => outcome === 'unknown' && !isRepetition).length;
  if (created.length > reported + uncertain) wrong.push(`${reported} reported done, ${uncertain} unknown`);
  const [first, second, ...more] = group;
  if (first && second && more.length === 0 && notDelivered(first) && isRetry(first, second) && created.length > 1)
    wrong.push('a repetition created it twice');
  return wrong;
}

/** Whether the host could not know that the write was done. */
const notDelivered = (report: Report) => report.cancelled || report.outcome === 'unknown' || report.reconciled;
const isRetry = (first: Report, second: Report) =>
  JSON.stringify(first.step.args) === JSON.stringify(second.step.args) &&
  second.step.pause < 60_000 &&
  first.began < second.began &&
  !first.step.together;

/** Every write that may have been sent is in the journal once, with the reported outcome. */
function wrongJournal(reports: readonly Report[], journal: Ran['journal']): string[] {
  const wrong: string[] = [];
  for (const outcome of ['done', 'unknown'] as const) {
    const reported = reports.filter((each) => each.outcome === outcome && !each.isRepetition && isWrite(each)).length;
    const entries = journal.filter((entry) => entry.outcome === outcome).length;
    if (reported !== entries) wrong.push(`${reported} writes reported "${outcome}", ${entries} in the journal`);
  }
  return wrong;
}

const isWrite = ({ step }: Report) => step.mark !== undefined || step.facts !== undefined;

/** Every call of a schedule with its outcome, for the message of a failure. */
export const transcript = (reports: readonly Report[]): string =>
  reports
    .map(({ step, outcome, id, text, cancelled, began, ended }) =>
      [
        `${began}-${ended} ${step.tool} ${JSON.stringify(step.args)}`,
        `   ${outcome}${cancelled ? ' (cancelled)' : ''} ${id ?? ''} ${text}`,
      ].join('\n'),
    )
    .join('\n');
