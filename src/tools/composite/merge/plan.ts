import { storedTag } from '../../../api/contact-fields.ts';
import type { Endpoint } from '../../../api/endpoint.ts';
import { isBlank, type Json, listIn } from '../../../lib/json.ts';
import { bulkAssignContactBusiness } from '../../businesses.ts';
import { updateContact } from '../../contacts.ts';
import { addContactFollowers } from '../../followers.ts';
import { createContactNote } from '../../notes.ts';
import { addContactTags } from '../../tags.ts';
import { createContactTask } from '../../tasks.ts';
import {
  BUSINESS,
  hasAsAdditional,
  IDENTIFIERS,
  lostAdditional,
  type MergeField,
  mergeFields,
} from './field-values.ts';
import { missingNotes, summaryNotes } from './moved-notes.ts';
import { missingTasks } from './moved-tasks.ts';
import type { Names } from './names.ts';
import { missingOptOuts } from './opt-outs.ts';

/** One of the two contacts, as it is stored now. */
export interface Side {
  readonly contact: Json;
  /** Undefined where they need not be read, because nothing was moved to this contact yet. */
  readonly notes?: readonly Json[];
  readonly tasks: readonly Json[];
}

/** What a plan is made of. */
export interface MergeFacts {
  readonly keep: string;
  readonly remove: string;
  /** Fields whose value the removed contact gives although both have one. */
  readonly prefer: ReadonlySet<string>;
  readonly kept: Side;
  /** The kept contact as it was before the merge. */
  readonly keptBefore: Json;
  /** With the email and phone that the merge has cleared. */
  readonly removed: Side;
  /** Which of email and phone the removed contact still holds: the kept one cannot get them before. */
  readonly held: readonly string[];
  /** Fields that HighLevel refused to set. */
  readonly refused: ReadonlySet<string>;
  readonly names: Names;
}

/** A request of a merge. */
export interface Step {
  /** For messages: `tags`, `note`. */
  readonly what: string;
  readonly endpoint: Endpoint;
  readonly args: Json;
  /** The record that it changes, for the journal. */
  readonly before?: Json;
}

/** A field in which both have a value that differs. */
export interface Difference {
  readonly field: MergeField;
  readonly wins: 'keep' | 'remove';
}

export interface MergePlan {
  /** In the order in which they are sent: what may be refused because of the other contact is the last. */
  readonly steps: readonly Step[];
  readonly differences: readonly Difference[];
  /** Fields that only the removed contact has. */
  readonly filled: readonly MergeField[];
  readonly optOuts: readonly string[];
  /** Values that no request can set, as a person reads them: they are kept in a note. */
  readonly unsettable: readonly string[];
}

/** What the kept contact lacks of the other one. Without steps it has everything. */
export function planMerge(facts: MergeFacts): MergePlan {
  const { kept, removed, names } = facts;
  const fields = mergeFields(kept.contact, removed.contact, names.types);
  const taken = fields.filter((field) => isTaken(field, facts));
  const optOuts = missingOptOuts(kept.contact, removed.contact);
  const unsettable = [
    ...unsettableLines(fields, facts),
    ...additionalLines(facts),
    ...optOuts.unsettable.map((channel) => `Do Not Disturb: ${channel}`),
  ];
  const inNote = [...losingLines(fields, facts), ...unsettable];
  return {
    steps: [...memberships(taken, facts), ...records(inNote, facts), ...fieldSteps(taken, optOuts.fields, facts)],
    differences: fields
      .filter((field) => !isBlank(field.kept) && !field.isSame)
      .map((field) => ({ field, wins: taken.includes(field) ? 'remove' : 'keep' })),
    filled: taken.filter((field) => isBlank(field.kept)),
    optOuts: optOuts.names,
    unsettable,
  };
}

const canTake = ({ name, isWritable }: MergeField, { refused }: MergeFacts): boolean =>
  isWritable && !refused.has(name);

const isTaken = (field: MergeField, facts: MergeFacts): boolean =>
  canTake(field, facts) && !field.isSame && (isBlank(field.kept) || facts.prefer.has(field.name));

/** Of two values that differ the one that loses. */
function losingLines(fields: readonly MergeField[], facts: MergeFacts): string[] {
  const { kept, keptBefore, removed, names, prefer } = facts;
  const before = new Map(mergeFields(keptBefore, removed.contact, names.types).map((field) => [field.name, field]));
  return fields.flatMap((field) => {
    const { name } = field;
    const own = before.get(name);
    if (prefer.has(name) && canTake(field, facts))
      return !own || isBlank(own.kept) || own.isSame
        ? []
        : [`${names.label(field)} before: ${names.shown(name, own.kept)}`];
    const isLost = !isBlank(field.kept) && !field.isSame && !hasAsAdditional(kept.contact, name, field.removed);
    return isLost ? [lineOf(field, names)] : [];
  });
}

const unsettableLines = (fields: readonly MergeField[], facts: MergeFacts): string[] =>
  fields.filter((field) => isBlank(field.kept) && !canTake(field, facts)).map((field) => lineOf(field, facts.names));

const additionalLines = ({ kept, keptBefore, removed }: MergeFacts): string[] =>
  IDENTIFIERS.flatMap((key) =>
    lostAdditional(kept.contact, keptBefore, removed.contact, key).map((value) => `additional ${key}: ${value}`),
  );

const lineOf = (field: MergeField, names: Names): string =>
  `${names.label(field)}: ${names.shown(field.name, field.removed)}`;

/** Of a plan that moves notes: whether an earlier merge may have moved some, which it does after these other steps. */
export const mayHaveMovedNotes = ({ steps }: MergePlan): boolean =>
  steps.some(({ endpoint }) => endpoint === createContactNote) &&
  !steps.some(({ what }) => what === 'tags' || what === 'followers' || what === 'business');

/** Tags, followers and the business, each by its own request. */
function memberships(taken: readonly MergeField[], { keep, kept: { contact }, removed }: MergeFacts): Step[] {
  const ownTags = new Set(listIn(contact, 'tags').map(storedTag));
  const tags = listIn(removed.contact, 'tags').filter((tag) => !ownTags.has(storedTag(tag)));
  const followers = listIn(removed.contact, 'followers').filter((id) => !listIn(contact, 'followers').includes(id));
  const business = taken.find(({ name }) => name === BUSINESS);
  const ofContact = { contactId: keep };
  return [
    ...(tags.length > 0
      ? [{ what: 'tags', endpoint: addContactTags, args: { ...ofContact, tags }, before: contact }]
      : []),
    ...(followers.length > 0
      ? [{ what: 'followers', endpoint: addContactFollowers, args: { ...ofContact, followers }, before: contact }]
      : []),
    ...(business
      ? [
          {
            what: 'business',
            endpoint: bulkAssignContactBusiness,
            args: { ids: [keep], businessId: business.removed },
            before: { [keep]: contact.businessId ?? null },
          },
        ]
      : []),
  ];
}

/** Notes and tasks, the oldest note first, then the note with what cannot be stored otherwise. */
function records(inNote: readonly string[], { keep, remove, kept, removed, names }: MergeFacts): Step[] {
  const source = { id: remove, contact: removed.contact };
  const notes = missingNotes(source, removed.notes ?? [], kept.notes ?? [], names);
  const summary = summaryNotes(source, inNote, kept.notes ?? []);
  return [
    ...[...notes, ...summary].map((note) => ({
      what: notes.includes(note) ? 'note' : 'note of values',
      endpoint: createContactNote,
      args: { contactId: keep, ...note },
    })),
    ...missingTasks(removed.tasks, kept.tasks).map((task) => ({
      what: 'task',
      endpoint: createContactTask,
      args: { contactId: keep, ...task },
    })),
  ];
}

/** One update of the kept contact; before it, the removed one gives up the email and phone that it takes over. */
function fieldSteps(
  taken: readonly MergeField[],
  optOuts: Json,
  { keep, remove, kept, removed, held }: MergeFacts,
): Step[] {
  const plain = taken.filter(({ name, customId }) => customId === undefined && name !== BUSINESS);
  const custom = taken.flatMap(({ customId, removed: value }) =>
    customId === undefined ? [] : [{ field: customId, value }],
  );
  const fields: Json = {
    ...Object.fromEntries(plain.map(({ name, removed: value }) => [name, value])),
    ...(custom.length > 0 ? { customFields: custom } : {}),
    ...optOuts,
  };
  if (Object.keys(fields).length === 0) return [];
  const clear = held.filter((name) => Object.hasOwn(fields, name));
  return [
    ...(clear.length > 0
      ? [
          {
            what: clear.join(' and '),
            endpoint: updateContact,
            args: { contactId: remove, clear },
            before: removed.contact,
          },
        ]
      : []),
    { what: 'fields', endpoint: updateContact, args: { contactId: keep, ...fields }, before: kept.contact },
  ];
}
