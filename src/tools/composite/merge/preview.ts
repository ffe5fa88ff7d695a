import { type Json, listIn, textIn } from '../../../lib/json.ts';
import { quoteForMessage, stripHiddenCharacters } from '../../../lib/text.ts';
import type { Question } from '../../core/confirmation.ts';
import type { Appointment } from '../appointments/starts.ts';
import { countOf } from '../confirm/wording.ts';
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

const stepsFor = ({ steps }: Pick<MergePlan, 'steps'>, what: string) => steps.filter((step) => step.what === what);

const listed = (plan: Pick<MergePlan, 'steps'>, what: string): number =>
  stepsFor(plan, what).flatMap(({ args }) => listIn(args, what)).length;

/** How much is moved, without what is zero. */
function movedOf(plan: Pick<MergePlan, 'steps'>): Readonly<Partial<Record<Moved, number>>> {
  const counts: Record<Moved, number> = {
    tags: listed(plan, 'tags'),
    followers: listed(plan, 'followers'),
    notes: stepsFor(plan, 'note').length,
    tasks: stepsFor(plan, 'task').length,
  };
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}

/** What is moved besides fields, and one of it. */
const MOVED = { tags: 'tag', followers: 'follower', notes: 'note', tasks: 'task' } as const;
type Moved = keyof typeof MOVED;

/** The same in words, with the fields. */
function movedText(plan: MergePlan): string {
  const counts = movedOf(plan);
  const moved = (Object.keys(MOVED) as Moved[]).flatMap((kind) => {
    const count = counts[kind];
    return count === undefined ? [] : [countOf(count, MOVED[kind])];
  });
  const { length } = plan.filled;
  const parts = [...moved, ...(length > 0 ? [`${countOf(length, 'empty field')} filled`] : [])];
  if (parts.length === 0) return 'Nothing is moved.';
  return `Moved: ${parts.join(', ')}.${counts.tags === undefined ? '' : ' Tags may start automations.'}`;
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

/** How many letters of English take as many tokens: other scripts and marks take more, emoji most. */
const weightOf = (character: string): number =>
  /[\w .,:@/+-]/.test(character) ? 1 : /[\p{Cf}\p{Extended_Pictographic}]/u.test(character) ? 8 : 4;

/** A text of the CRM on one line, cut to as many tokens as `max` English letters have. */
function short(value: string, max: number): string {
  let room = max;
  let shown = '';
  for (const character of stripHiddenCharacters(value).replace(/\s+/g, ' ')) {
    room -= weightOf(character);
    if (room < 0) return `${shown}…`;
    shown += character;
  }
  return shown;
}

function previewOf(shown: Shown): Json {
  const { merge, plan, names } = shown;
  const { keptBefore, removedBefore } = merge;
  const differing = plan.differences.slice(0, MAX_FIELDS);
  const room = Math.floor(VALUES_CHARACTERS / (2 * Math.max(1, differing.length)));
  const max = Math.min(MAX_VALUE, Math.max(MIN_VALUE, room));
  const value = (name: string, raw: unknown) => short(names.shown(name, raw), max);
  return {
    contact: { id: merge.keep, name: short(nameOf(keptBefore), MAX_VALUE) },
    removed: { id: merge.remove, name: short(nameOf(removedBefore.contact), MAX_VALUE) },
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
  const next = nextOf(shown);
  const coming = next ? `, the next ${quoteForMessage(next.raw.title)} at ${names.time(next.at)}` : '';
  return [
    `Merge ${removed} (${merge.remove}) into ${kept} (${merge.keep}), and delete ${removed}?`,
    movedText(plan),
    ...(fields.length > 0
      ? [
          `Both have a value: ${fields.join('; ')}${more > 0 ? `; and ${more} more` : ''}. The other values go to a note.`,
        ]
      : []),
    ...(plan.optOuts.length > 0 ? [`Opted out, as ${removed} is: ${plan.optOuts.join(', ')}.`] : []),
    `Deleted with ${removed}, and not recoverable: ${countOf(shown.appointments.length, 'appointment')}${coming}; ${NOT_MOVED}.`,
  ].join('\n');
}
