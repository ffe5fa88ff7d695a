import { isEmpty, isRecord, type Json, setMember } from '../../lib/json.ts';
import { stripHiddenCharacters, truncate } from '../../lib/text.ts';
import type { ToolContext } from '../core/context.ts';
import type { LookupKind, NamedRow } from '../core/lookup-cache.ts';
import {
  changedCustomField,
  changeValues,
  isChange,
  isNextCall,
  isValueList,
  type NeededIds,
  namingOf,
} from '../core/named-ids.ts';
import { CUSTOM_FIELDS } from '../core/references.ts';
import { customFieldIn } from '../core/search-fields.ts';
import { showCustomFields } from './custom-field-values.ts';
import { rowsWith } from './lookups.ts';
import { indexById } from './match-name.ts';

/** The rows of each lookup that an answer needs. */
type Directory = Partial<Record<LookupKind, readonly NamedRow[]>>;

interface Naming {
  readonly directory: Directory;
  /** Keys that were asked for by name in `fields`: their ids stay, and of custom fields only these are shown. */
  readonly asked: ReadonlySet<string>;
}

/**
 * An answer with names for the `needed` ids of users, businesses, calendars and custom fields: in rows of a list in place of the
 * id, in a single record with it. What is not known by name stays an id. At most one request for each kind that is not
 * in memory, sent side by side.
 */
export async function showNames(
  answer: Json,
  needed: NeededIds,
  context: ToolContext,
  asked: readonly string[] = [],
): Promise<Json> {
  const kinds = [...needed.keys()];
  const rows = await Promise.all(kinds.map((kind) => rowsWith(kind, needed.get(kind) ?? [], context)));
  const directory: Directory = {};
  for (const [at, kind] of kinds.entries()) directory[kind] = rows[at] ?? [];
  return named(answer, { directory, asked: new Set(asked) }, false) as Json;
}

function named(value: unknown, naming: Naming, isRow: boolean): unknown {
  if (Array.isArray(value)) return value.map((item) => named(item, naming, true));
  if (!isRecord(value)) return value;
  if (isChange(value)) return namedChange(value, naming);
  const result: Json = {};
  for (const key of Object.keys(value)) addNamed(result, key, value, naming, isRow);
  return result;
}

/** `{field: "assignedTo", old, new}` with the names of both users. */
function namedChange(row: Json, { directory }: Naming): Json {
  const customField = namesOf(changedCustomField(row), directory.customFields);
  if (typeof customField === 'string') return { ...row, field: `${CUSTOM_FIELDS}${customField}` };
  const { kind, shown } = namingOf(row.field) ?? {};
  const names = kind && namesOf(changeValues(row), directory[kind]);
  return isRecord(names) ? { ...row, ...names, field: shown } : row;
}

/** Adds what is shown for one key of a record. */
function addNamed(result: Json, key: string, record: Json, naming: Naming, isRow: boolean): void {
  const inner = record[key];
  const { directory, asked } = naming;
  const keyOfIds = namingOf(key);
  if (isNextCall(key)) setMember(result, key, inner);
  else if (key === 'customFields' && isValueList(inner)) {
    const fields = askedFields(inner, asked);
    if (fields.length > 0) setMember(result, key, showCustomFields(fields, directory.customFields ?? []));
  } else if (keyOfIds) {
    const { kind, shown } = keyOfIds;
    const hasName = record[shown] !== undefined;
    const names = hasName ? undefined : namesOf(inner, directory[kind]);
    const isUnknown = !hasName && names === undefined;
    const showsId = (!isRow && !isRecord(inner)) || asked.has(key);
    if (showsId || isUnknown) setMember(result, key, inner);
    if (names !== undefined) setMember(result, shown, names);
  } else setMember(result, key, named(inner, naming, isRow));
}

/** The custom fields that were asked for, of a TEXTBOX_LIST only the boxes; all where none was named. */
function askedFields(fields: readonly unknown[], asked: ReadonlySet<string>): readonly unknown[] {
  const named = [...asked].filter((key) => key.startsWith(CUSTOM_FIELDS)).map(customFieldIn);
  if (named.length === 0 || asked.has('customFields')) return fields;
  return fields.filter(isRecord).flatMap((field) => {
    const parts = named.filter(({ id }) => id === field.id).map(({ part }) => part);
    if (parts.length === 0 || parts.includes(undefined) || !isRecord(field.value))
      return parts.length > 0 ? [field] : [];
    const value = Object.entries(field.value).filter(([part]) => parts.includes(part));
    return value.length > 0 ? [{ ...field, value: Object.fromEntries(value) }] : [];
  });
}

/** Characters of a name in an answer. */
const MAX_NAME = 100;

/** The name of an id, or the names of a list of ids or of `{old, new}`; undefined where any of them is not known. */
function namesOf(value: unknown, rows: readonly NamedRow[] = []): unknown {
  const nameOf = (id: unknown) => {
    const row = typeof id === 'string' ? indexById(rows).get(id) : undefined;
    return row && truncate(stripHiddenCharacters(row.name), MAX_NAME);
  };
  if (isRecord(value)) {
    const ids = Object.entries(value).filter(([, id]) => !isEmpty(id));
    const names = ids.map(([key, id]) => [key, namesOf(id, rows)] as const);
    return names.some(([, name]) => name === undefined) ? undefined : { ...value, ...Object.fromEntries(names) };
  }
  if (!Array.isArray(value)) return nameOf(value);
  const names = value.map(nameOf);
  return value.length === 0 || names.includes(undefined) ? undefined : names;
}
