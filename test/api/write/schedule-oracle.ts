import type { Ran, Report } from './schedule-run.ts';
import type { Snapshot } from './schedule-world.ts';

/** What is wrong between the reports and the state, in words; nothing where they agree. */
export function violations({ reports, before, after, journal }: Ran): string[] {
  return [
    ...reports.filter(({ told }) => told === 'fault').map((each) => `${each.step.tool}: ${each.text}`),
    ...factsOff(reports, before, after),
    ...marksOff(reports, before, after),
    ...journalOff(reports, journal),
  ];
}

interface Written {
  readonly name: string;
  readonly owner: string;
  readonly value: string;
  readonly report: Report;
}

/**
 * A fact is as it was, unless something was surely written; or as a call that was done, or may be, left it, unless
 * another that was done began after that one had ended.
 */
function factsOff(reports: readonly Report[], before: Snapshot, after: Snapshot): string[] {
  const written = new Map<string, Written[]>();
  for (const report of reports) {
    if (report.told === 'not done') continue;
    for (const { owner, name, value } of report.step.facts ?? []) {
      const key = owner === '' ? name : `${owner}/${name}`;
      written.set(key, [...(written.get(key) ?? []), { name: key, owner, value, report }]);
    }
  }
  const named = reports.flatMap(({ step }) =>
    (step.facts ?? []).map(({ owner, name }) => ({ owner, key: owner === '' ? name : `${owner}/${name}` })),
  );
  return [...new Map(named.map((each) => [each.key, each])).values()].flatMap(({ key, owner }) => {
    if (owner !== '' && !isThere(owner, after)) return [];
    const writes = written.get(key) ?? [];
    const sure = writes.filter(({ report }) => report.told === 'done');
    const possible = writes
      .filter(({ report }) => !sure.some((other) => other.report.began > report.ended))
      .map(({ value }) => value);
    if (sure.length === 0) possible.push(before.facts.get(key) ?? '');
    const found = after.facts.get(key) ?? '';
    const shown = owner === '' ? (isThere(key, after) ? 'there' : '') : found;
    return possible.includes(shown) ? [] : [`${key} is ${shown || 'absent'}, not ${possible.join(' or ') || 'absent'}`];
  });
}

/** With everything above it. */
const isThere = (owner: string, { facts }: Snapshot) =>
  (owner.match(/^contact\/\w+/)?.[0] ?? owner) === owner
    ? facts.has(owner)
    : facts.has(owner) && facts.has(owner.split('/').slice(0, 2).join('/'));

function marksOff(reports: readonly Report[], before: Snapshot, after: Snapshot): string[] {
  const groups = new Map<string, Report[]>();
  for (const report of reports) {
    const { mark } = report.step;
    if (mark !== undefined) groups.set(mark, [...(groups.get(mark) ?? []), report]);
  }
  return [...groups].flatMap(([mark, group]) => {
    const old = before.marked.get(mark) ?? [];
    const there = (after.marked.get(mark) ?? []).filter((id) => !old.includes(id));
    return gone(mark, after) ? [] : markOff(group, there).map((wrong) => `${mark}: ${wrong} (${there.length} found)`);
  });
}

/** What hung on a contact went with it. */
const gone = (mark: string, after: Snapshot) => {
  const [kind, contactId] = mark.split(' ');
  return kind !== 'contact' && !after.facts.has(`contact/${contactId}`);
};

function markOff(group: readonly Report[], there: readonly string[]): string[] {
  const wrong: string[] = [];
  const done = group.filter(({ told }) => told === 'done');
  const anew = done.filter(({ repeats }) => !repeats);
  for (const { id } of done) {
    if (id === undefined) wrong.push('reported done without an id');
    else if (!there.includes(id)) wrong.push(`reported done as ${id}, which is not there`);
  }
  if (new Set(anew.map(({ id }) => id)).size < anew.length) wrong.push('two writes reported done as one');
  const sure = new Set(done.map(({ id }) => id)).size;
  const doubtful = group.filter(({ told, repeats }) => told === 'unknown' && !repeats).length;
  if (there.length > sure + doubtful) wrong.push(`${sure} reported done, ${doubtful} in doubt`);
  const [first, second, ...more] = group;
  if (first && second && more.length === 0 && unheard(first) && soon(first, second) && there.length > 1)
    wrong.push('made twice by a repetition');
  return wrong;
}

const unheard = (report: Report) => report.cancelled || report.told === 'unknown' || report.settled;
const soon = (first: Report, second: Report) =>
  JSON.stringify(first.step.args) === JSON.stringify(second.step.args) &&
  second.step.pause < 60_000 &&
  first.began < second.began &&
  !first.step.together;

/** Every write that may have left is in the journal once, as it was told. */
function journalOff(reports: readonly Report[], journal: Ran['journal']): string[] {
  const wrong: string[] = [];
  for (const told of ['done', 'unknown'] as const) {
    const said = reports.filter((each) => each.told === told && !each.repeats && writes(each)).length;
    const kept = journal.filter(({ outcome }) => outcome === told).length;
    if (said !== kept) wrong.push(`${said} writes told "${told}", ${kept} in the journal`);
  }
  return wrong;
}

const writes = ({ step }: Report) => step.mark !== undefined || step.facts !== undefined;

/** The schedule as it went, for whoever reads a failure. */
export const story = (reports: readonly Report[]): string =>
  reports
    .map(({ step, told, id, text, cancelled, began, ended }) =>
      [
        `${began}-${ended} ${step.tool} ${JSON.stringify(step.args)}`,
        `   ${told}${cancelled ? ' (cancelled)' : ''} ${id ?? ''} ${text}`,
      ].join('\n'),
    )
    .join('\n');
