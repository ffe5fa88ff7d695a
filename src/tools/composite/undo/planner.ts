import { contactLabel } from '../../../api/contact-fields.ts';
import type { Entry } from '../../../api/write/journal/entry.ts';
import { isEmpty, type Json, listIn, textIn } from '../../../lib/json.ts';
import { deleteContact } from '../../contacts.ts';
import { namingOf } from '../../core/named-ids.ts';
import { combineSteps } from './combine-steps.ts';
import { withIdentity } from './creation-order.ts';
import { type Effect, effectsOf, listChange, type RecordRef } from './effects.ts';
import { fieldWrites, listWrites } from './field-writes.ts';
import { fieldsOf, isList, isSameValue, type ListField } from './fields.ts';
import { isUndone } from './history.ts';
import type { Conflict, NotRestored, Plan, PlanInput, Step } from './plan.ts';
import { GONE, GONE_WITH_CONTACT, NOT_ENROLLED, NOT_READ } from './reasons.ts';
import { keyOf, RecordStates } from './record-states.ts';
import { creation, deletion, linkWrites } from './record-writes.ts';
import { ruleOf } from './rules.ts';
import type { FieldRestored, Write } from './write.ts';

/** How to take changes back, in the reverse order of their writes. Pure. */
export const planUndo = (input: PlanInput): Plan => new Planner(input).plan();

/** Plans one effect after the other on a copy of the present records, which each planned write changes. */
class Planner {
  readonly #input: PlanInput;
  readonly #work: readonly (readonly [Entry, Effect])[];
  readonly #states: RecordStates;
  readonly #steps: Step[] = [];
  readonly #conflicts: Conflict[] = [];
  readonly #notRestored: NotRestored[] = [];
  #alreadyRestored = 0;

  constructor(input: PlanInput) {
    this.#input = input;
    this.#states = new RecordStates(input.present, input.history);
    this.#work = input.entries
      .filter((entry) => !isUndone(entry, input.history))
      .flatMap((entry) => effectsOf(entry).map((effect) => [entry, effect] as const));
  }

  plan(): Plan {
    for (const [at, [entry, effect]] of this.#work.entries()) this.#planEffect(entry, effect, at);
    const steps = withIdentity(combineSteps(this.#steps));
    const deleted = new Set(
      steps.flatMap(({ endpoint, record }) => (endpoint.name === deleteContact.name ? [record.contactId] : [])),
    );
    return {
      steps,
      conflicts: this.#conflicts,
      notRestored: this.#notRestored.filter(({ record }) => !deleted.has(record.contactId)),
      alreadyRestored: this.#alreadyRestored,
    };
  }

  #planEffect(entry: Entry, effect: Effect, at: number): void {
    const { record } = effect;
    const now = this.#states.get(record);
    const exists = record.kind === 'contact' || this.#states.get(contactOf(record)) !== null;
    if (effect.type === 'deleted') {
      if (exists) this.#restoreDeleted(entry, effect, now);
      else this.#leave(entry, record, record.kind, GONE_WITH_CONTACT);
    } else if (effect.type === 'added' && now === null) this.#alreadyRestored += 1;
    else if (now === null) this.#leave(entry, record, record.kind, GONE);
    else if (effect.type === 'added') this.#removeAdded(entry, effect, now);
    else if (effect.type === 'set') this.#restoreFields(entry, effect, now, at);
    else this.#endEnrolment(entry, effect);
  }

  #restoreFields(entry: Entry, effect: Effect & { readonly type: 'set' }, now: Json, at: number): void {
    const { record, before, after } = effect;
    if (!before) {
      const fields = [...fieldsOf(after).keys()];
      for (const field of fields.length > 0 ? fields : [record.kind]) this.#leave(entry, record, field, NOT_READ);
      return;
    }
    const [old, stored, present] = [fieldsOf(before), fieldsOf(after), fieldsOf(now)];
    const restored: FieldRestored[] = [];
    const writes: Write[] = [];
    for (const field of new Set([...old.keys(), ...stored.keys()])) {
      if (isList(field)) {
        writes.push(...this.#restoreList(effect, field, now));
        continue;
      }
      const values = { stored: stored.get(field), now: present.get(field), wouldBecome: old.get(field) ?? null };
      if (this.#mayRestore(entry, record, field, values, at)) {
        restored.push({ field, from: values.now ?? null, to: values.wouldBecome });
        this.#states.setField(record, field, values.wouldBecome);
      }
    }
    this.#add(entry, record, [...fieldWrites(record, restored), ...writes]);
  }

  /** Removes the items that the change added, and adds those that it removed; others stay. */
  #restoreList(
    { record, before = {}, after }: Effect & { readonly type: 'set' },
    field: ListField,
    now: Json,
  ): Write[] {
    const { added, removed } = listChange(field, before, after);
    const items = listIn(now, field);
    const remove = added.filter((item) => items.includes(item));
    const add = removed.filter((item) => !items.includes(item));
    if (remove.length + add.length === 0) this.#alreadyRestored += 1;
    this.#states.setField(record, field, [...items.filter((item) => !remove.includes(item)), ...add]);
    return listWrites(record, { field, add, remove }, items);
  }

  /** False where the field has an earlier value already, and for a conflict, which is noted. */
  #mayRestore(
    entry: Entry,
    record: RecordRef,
    field: string,
    { stored, now, wouldBecome }: Pick<Conflict, 'stored' | 'now' | 'wouldBecome'>,
    at: number,
  ): boolean {
    if (isSameValue(field, now, wouldBecome)) {
      this.#alreadyRestored += 1;
      return false;
    }
    if (isSameValue(field, now, stored) || this.#isForced(field)) return true;
    // A part that was undone before, or a value that an earlier write of the same run replaced.
    if (this.#wasUndone(entry, record, field) || this.#wasEarlier(record, field, now, at)) this.#alreadyRestored += 1;
    else this.#conflicts.push({ entry, record, field, stored: stored ?? null, now: now ?? null, wouldBecome });
    return false;
  }

  /** Whether a write that undoes the entry restored this field. */
  #wasUndone(entry: Entry, record: RecordRef, field: string): boolean {
    const { undoing, currentId } = this.#input.history;
    return undoing(entry.id)
      .flatMap(effectsOf)
      .some(
        (effect) =>
          effect.type === 'set' &&
          currentId(effect.record.id) === currentId(record.id) &&
          [effect.before ?? {}, effect.after].some((side) => fieldsOf(side).has(field)),
      );
  }

  #wasEarlier(record: RecordRef, field: string, now: unknown, at: number): boolean {
    return this.#work.slice(at + 1).some(([, effect]) => {
      if (effect.type !== 'set' || keyOf(effect.record) !== keyOf(record) || !effect.before) return false;
      const old = fieldsOf(effect.before);
      return old.has(field) && isSameValue(field, old.get(field), now);
    });
  }

  #isForced(field: string): boolean {
    const { force } = this.#input;
    return force.has(field) || force.has(namingOf(field)?.shown ?? field);
  }

  #removeAdded(entry: Entry, { record, after }: Effect & { readonly type: 'added' }, now: Json): void {
    const present = fieldsOf(now);
    const changed = [...fieldsOf(after)].filter(
      ([field, value]) => !isList(field) && !isSameValue(field, value, present.get(field)) && !this.#isForced(field),
    );
    for (const [field, stored] of changed)
      this.#conflicts.push({ entry, record, field, stored, now: present.get(field) ?? null, wouldBecome: null });
    if (changed.length > 0) return;
    this.#states.set(record, null);
    this.#add(entry, record, [deletion(record, labelOf(record, now))]);
  }

  #restoreDeleted(entry: Entry, effect: Effect & { readonly type: 'deleted' }, now: Json | null): void {
    const { record, before, parts } = effect;
    if (!before) {
      this.#leave(entry, record, record.kind, NOT_READ);
      return;
    }
    if (now) this.#alreadyRestored += 1;
    else this.#add(entry, record, [creation(record, before, labelOf(record, before))]);
    const { followers: _, businessId: __, ...created } = before;
    this.#states.set(record, now ?? created);
    if (record.kind !== 'contact') return;
    this.#add(entry, record, linkWrites(record, before, now ?? {}));
    this.#states.set(record, { ...(now ?? {}), ...before });
    for (const kind of ['notes', 'tasks'] as const) this.#restoreParts(entry, record, kind, parts[kind]);
    for (const list of parts.unknown) this.#leave(entry, record, list, NOT_READ);
  }

  #restoreParts(
    entry: Entry,
    { contactId, contactName }: RecordRef,
    list: 'notes' | 'tasks',
    parts: readonly Json[],
  ): void {
    const kind = list === 'notes' ? 'note' : 'task';
    const present = [...this.#states.parts(contactId, list)];
    for (const part of parts) {
      const id = textIn(part, 'id') ?? '';
      const record: RecordRef = { kind, contactId, id, contactName };
      const copy = present.findIndex((other) => isCopy(part, other));
      if (copy >= 0) {
        present.splice(copy, 1);
        this.#alreadyRestored += 1;
      } else this.#add(entry, record, [creation(record, part, labelOf(record, part))]);
      this.#states.set(record, part);
    }
  }

  #endEnrolment(entry: Entry, { record, membership }: Effect & { readonly type: 'enrolment' }): void {
    const rule = ruleOf(entry.tool);
    const end = rule && 'end' in rule ? rule.end : undefined;
    const { campaignId, workflowId } = membership;
    const [field, id] =
      campaignId === undefined ? (['workflowId', workflowId] as const) : (['campaignId', campaignId] as const);
    if (!end) {
      this.#leave(entry, record, 'enrolment', NOT_ENROLLED);
      return;
    }
    const args = { contactId: record.contactId, [field]: id };
    this.#add(entry, record, [{ endpoint: end, args, restored: [{ field, from: id, to: null }] }]);
  }

  #add(entry: Entry, record: RecordRef, writes: readonly Write[]): void {
    for (const { restored, ...write } of writes)
      this.#steps.push({ ...write, entry, record, rows: restored.map((row) => ({ ...row, entry, record })) });
  }

  #leave(entry: Entry, record: RecordRef, field: string, reason: string): void {
    this.#notRestored.push({ entry, record, field, reason });
  }
}

const contactOf = ({ contactId, contactName }: RecordRef): RecordRef => ({
  kind: 'contact',
  contactId,
  id: contactId,
  contactName,
});

/** How people call a record. */
const labelOf = ({ kind, id }: RecordRef, record: Json): unknown =>
  (kind === 'contact' ? contactLabel(record) : (record.title ?? record.body)) || id;

const COPIED = ['body', 'title', 'dueDate', 'completed', 'pinned', 'color', 'assignedTo'] as const;
const isCopy = (one: Json, other: Json): boolean =>
  COPIED.every((field) => isSameValue(field, one[field], other[field])) && !isEmpty(other.id);
