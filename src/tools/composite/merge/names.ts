import { type Json, recordsOf } from '../../../lib/json.ts';
import { stripHiddenCharacters } from '../../../lib/text.ts';
import { formatTime } from '../../../lib/time-format.ts';
import type { ToolContext } from '../../core/context.ts';
import { fieldLabels } from '../../names/custom-field-values.ts';
import { rowsWith } from '../../names/lookups.ts';
import { indexById } from '../../names/match-name.ts';
import { BUSINESS, type MergeField } from './field-values.ts';

/** What people call the ids of a merge; an id where its name is not known. */
export interface Names {
  /** `dataType` of custom fields by id. */
  readonly types: ReadonlyMap<string, unknown>;
  /** A field, such as `city` or the name of a custom field. */
  readonly label: (field: MergeField) => string;
  /** The value of a field as text. */
  readonly shown: (name: string, value: unknown) => string;
  /** A user; undefined without an id. */
  readonly user: (id: unknown) => string | undefined;
  /** Epoch ms as a time in the zone of the owner; undefined for NaN. */
  readonly time: (ms: number) => string | undefined;
}

/** Reads the lookups that the records of both contacts need. */
export async function readNames(
  contacts: readonly Json[],
  notes: readonly Json[],
  context: ToolContext,
): Promise<Names> {
  const ids = (values: readonly unknown[]) => values.flat().filter((id) => typeof id === 'string');
  const users = ids([...contacts.map(({ assignedTo }) => assignedTo), ...notes.map(({ userId }) => userId)]);
  const businesses = ids(contacts.map(({ businessId }) => businessId));
  const custom = contacts.flatMap(({ customFields }) => recordsOf(customFields).map(({ id }) => id));
  const rowsOf = (kind: Parameters<typeof rowsWith>[0], wanted: string[]) =>
    wanted.length > 0 ? rowsWith(kind, wanted, context) : [];
  const [userRows, businessRows, definitions, zone] = await Promise.all([
    rowsOf('users', users),
    rowsOf('businesses', businesses),
    rowsOf('customFields', ids(custom)),
    context.clock.shownZone(),
  ]);
  const nameIn = (rows: typeof userRows, id: unknown) => {
    const row = typeof id === 'string' ? indexById(rows).get(id) : undefined;
    return row ? stripHiddenCharacters(row.name) : plainText(id);
  };
  return {
    types: new Map(definitions.map(({ id, dataType }) => [id, dataType])),
    label: ({ name, customId }) =>
      customId === undefined ? name : (fieldLabels(definitions).get(customId) ?? customId),
    shown(name, value) {
      if (name === 'assignedTo') return nameIn(userRows, value);
      if (name === BUSINESS) return nameIn(businessRows, value);
      if (Array.isArray(value)) return value.map((item) => plainText(item)).join(', ');
      return plainText(value);
    },
    user: (id) => (typeof id === 'string' && id !== '' ? nameIn(userRows, id) : undefined),
    time: (ms) => (Number.isNaN(ms) ? undefined : formatTime(ms, zone)),
  };
}

const plainText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
