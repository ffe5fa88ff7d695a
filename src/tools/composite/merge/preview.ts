import { type Json, textIn } from '../../../lib/json.ts';
import { firstCharacters, quoteForMessage, stripHiddenCharacters } from '../../../lib/text.ts';
import type { Question } from '../../core/confirmation.ts';
import type { Appointment } from '../appointments/starts.ts';
import type { MergeField } from './field-values.ts';
import { nameOf } from './moved-notes.ts';
import type { Names } from './names.ts';
import type { MergePlan } from './plan.ts';
import type { StoredMerge } from './stored-merge.ts';

/** Characters of all values that are shown, and of one. */
const VALUES_CHARACTERS = 900;
const MAX_VALUE = 60;
const MIN_VALUE = 12;
/** Most differing fields that are shown; the others are counted. */
const MAX_FIELDS = 40;

/** What is deleted with a contact and no request can move. */
const NOT_MOVED = 'conversations, opportunities, campaign and workflow enrolments';

interface Shown {
  readonly merge: StoredMerge;
  readonly plan: MergePlan;
  readonly names: Names;
  readonly appointments: readonly Appointment[];
  readonly now: number;
}

/** What the owner is asked before a merge. */
export function questionOf(shown: Shown): Question {
  const { merge, plan } = shown;
  const { keep, remove, prefer } = merge;
  return {
    text: textOf(shown),
    preview: previewOf(shown),
    content: { keep, remove, prefer, plan: plan.steps.map(({ args }) => args), lost: lostOf(shown) },
  };
}

const countOf = ({ steps }: Pick<MergePlan, 'steps'>, what: string): number =>
  steps.filter((step) => step.what === what).length;

const listed = (plan: Pick<MergePlan, 'steps'>, what: string): number => {
  const { args = {} } = plan.steps.find((step) => step.what === what) ?? {};
  const list = args[what];
  return Array.isArray(list) ? list.length : 0;
};

/** How much is moved, without what is zero. */
function movedOf(plan: Pick<MergePlan, 'steps' | 'inNote'>): Json {
  const counts = {
    tags: listed(plan, 'tags'),
    followers: listed(plan, 'followers'),
    notes: countOf(plan, 'note') - (plan.inNote.length > 0 ? 1 : 0),
    tasks: countOf(plan, 'task'),
  };
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}

const nextOf = ({ appointments, now }: Shown): Appointment | undefined => appointments.find(({ at }) => at >= now);

function lostOf(shown: Shown): Json {
  const next = nextOf(shown)?.raw;
  return {
    appointments: shown.appointments.length,
    ...(next ? { next: { title: short(textIn(next, 'title') ?? '', MAX_VALUE), startTime: next.startTime } } : {}),
    others: NOT_MOVED,
  };
}

/** A text of the CRM on one line, cut. */
function short(value: string, max: number): string {
  const text = stripHiddenCharacters(value).replace(/\s+/g, ' ');
  return text.length > max ? `${firstCharacters(text, max)}…` : text;
}

function previewOf(shown: Shown): Json {
  const { merge, plan, names } = shown;
  const { keptBefore, removedBefore } = merge;
  const differing = plan.differences.slice(0, MAX_FIELDS);
  const room = Math.floor(VALUES_CHARACTERS / (2 * Math.max(1, differing.length)));
  const max = Math.min(MAX_VALUE, Math.max(MIN_VALUE, room));
  const value = (name: string, raw: unknown) => short(names.shown(name, raw), max);
  return {
    contact: { id: merge.keep, name: nameOf(keptBefore) },
    removed: { id: merge.remove, name: nameOf(removedBefore.contact) },
    differs: differing.map(({ field, wins }) => ({
      field: labelOf(field, names),
      keep: value(field.name, field.kept),
      remove: value(field.name, field.removed),
      ...(wins === 'remove' ? { wins } : {}),
    })),
    changes: {
      ...(plan.differences.length > MAX_FIELDS ? { furtherDiffering: plan.differences.length - MAX_FIELDS } : {}),
      ...changesOf(plan, names),
      lost: lostOf(shown),
    },
  };
}

/** What the kept contact gets. `inNote`: values that no request can set. */
export const changesOf = ({ filled, optOuts, unsettable, ...plan }: MergePlan, names: Names): Json => ({
  ...(filled.length > 0 ? { filled: filled.slice(0, MAX_FIELDS).map((field) => labelOf(field, names)) } : {}),
  moved: movedOf(plan),
  ...(optOuts.length > 0 ? { optOuts } : {}),
  ...(unsettable.length > 0 ? { inNote: unsettable.slice(0, MAX_FIELDS).map((line) => short(line, MAX_VALUE)) } : {}),
});

const labelOf = (field: MergeField, names: Names): string => short(names.label(field), MAX_VALUE);

/** Fields that the form of the host names; it may show few characters. */
const MAX_NAMED = 8;

function textOf(shown: Shown): string {
  const { merge, plan, names } = shown;
  const { keptBefore, removedBefore } = merge;
  const [kept, removed] = [keptBefore, removedBefore.contact].map((contact) => quoteForMessage(nameOf(contact)));
  const fields = plan.differences.slice(0, MAX_NAMED).map(({ field, wins }) => {
    const value = wins === 'keep' ? field.kept : field.removed;
    return `${quoteForMessage(names.label(field))} stays ${quoteForMessage(names.shown(field.name, value))}`;
  });
  const more = plan.differences.length - fields.length;
  const moved = Object.entries(movedOf(plan)).map(([what, count]) => `${count} ${what}`);
  const next = nextOf(shown);
  const coming = next ? `, the next ${quoteForMessage(next.raw.title)} at ${names.time(next.at)}` : '';
  return [
    `Merge ${removed} (${merge.remove}) into ${kept} (${merge.keep}), and delete ${removed}?`,
    `Moved: ${[...moved, `${plan.filled.length} empty fields filled`].join(', ')}. Tags may start automations.`,
    ...(fields.length > 0
      ? [
          `Both have a value: ${fields.join('; ')}${more > 0 ? `; and ${more} more` : ''}. The other values go to a note.`,
        ]
      : []),
    ...(plan.optOuts.length > 0 ? [`Opted out, as ${removed} is: ${plan.optOuts.join(', ')}.`] : []),
    `Deleted with ${removed}, and not recoverable: ${shown.appointments.length} appointments${coming}; ${NOT_MOVED}.`,
  ].join('\n');
}
