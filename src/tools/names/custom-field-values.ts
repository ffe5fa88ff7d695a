import { foldText } from '../../lib/fold.ts';
import { isRecord, type Json } from '../../lib/json.ts';
import { firstCharacters, stripHiddenCharacters } from '../../lib/text.ts';
import type { NamedRow } from '../core/lookup-cache.ts';
import { customValue } from '../core/row-shape.ts';
import { indexBy, indexById, memoizeByRows } from './match-name.ts';

/** Characters of a field's name in an answer. */
const MAX_NAME = 100;

/** Types whose numbers are amounts, never times. */
const NUMBERS: ReadonlySet<unknown> = new Set(['NUMERICAL', 'MONETORY']);

/** A box of a TEXTBOX_LIST field. */
export interface Part {
  readonly id: string;
  readonly label: string;
}

/** The boxes of a TEXTBOX_LIST field; none of another. */
export const partsOf = ({ dataType, textBoxListOptions, picklistOptions }: NamedRow): Part[] =>
  dataType === 'TEXTBOX_LIST'
    ? [textBoxListOptions ?? picklistOptions ?? []].flat().flatMap((box): Part[] => {
        if (!isRecord(box) || typeof box.id !== 'string') return [];
        return [{ id: box.id, label: typeof box.label === 'string' ? box.label : box.id }];
      })
    : [];

/** The id at the end of `Name [id]`. */
const ID_BEHIND = /\[([\w-]{1,64})\]$/;

/**
 * The key under which answers show each field, by id: its name, with the id behind it where another field has the name, or
 * has it for an id, or it is too long to be shown, or ends with an id itself.
 */
export const fieldLabels = memoizeByRows((definitions): ReadonlyMap<string, string> => {
  const alike = indexBy(definitions, ({ name }) => foldText(name));
  const ids = indexById(definitions);
  return new Map(
    definitions.map(({ id, name }) => {
      const shown = stripHiddenCharacters(name).trim();
      const isUnique = alike.get(foldText(name))?.length === 1 && (!ids.has(shown) || shown === id);
      const isShort = shown !== '' && shown.length <= MAX_NAME;
      const isPlain = isUnique && isShort && !ids.has(ID_BEHIND.exec(shown)?.[1] ?? '');
      return [id, isPlain ? shown : `${truncateName(shown)} [${id}]`];
    }),
  );
});

/**
 * The custom fields of a contact as one object by name: `[{id, value}]` to `{"Bike model": "Tern"}`. Each part of a
 * TEXTBOX_LIST field is an entry of its own, `Fit measurements / Reach (mm)`. A field that is not known is shown by its id.
 */
export function showCustomFields(fields: readonly unknown[], definitions: readonly NamedRow[]): Json {
  const shown = new Map<string, unknown>();
  for (const { id, value } of fields.filter(isRecord)) {
    const definition = typeof id === 'string' ? indexById(definitions).get(id) : undefined;
    for (const [key, inner] of definition
      ? namedValues(definition, value, definitions)
      : [[String(id), customValue(value)] as const]) {
      const name = stripHiddenCharacters(key);
      // A part and a field may have one name.
      shown.set(shown.has(name) ? `${name} [${String(id)}]` : name, inner);
    }
  }
  return Object.fromEntries(shown);
}

/** The key under which answers show a field, or a part of it. */
export function labelOfField(id: string, part: string | undefined, definitions: readonly NamedRow[]): string {
  const label = fieldLabels(definitions).get(id) ?? id;
  if (part === undefined) return label;
  const definition = indexById(definitions).get(id);
  const found = definition && partsOf(definition).find((each) => each.id === part);
  return `${label} / ${truncateName(found?.label ?? part)}`;
}

type Entry = readonly [key: string, value: unknown];

function namedValues(definition: NamedRow, value: unknown, definitions: readonly NamedRow[]): Entry[] {
  const { id, dataType } = definition;
  const name = labelOfField(id, undefined, definitions);
  if (!isRecord(value)) return [[name, NUMBERS.has(dataType) ? value : customValue(value)]];
  if (dataType === 'FILE_UPLOAD') return [[name, Object.values(value).map(fileOf)]];
  return Object.entries(value).map(([part, inner]) => [labelOfField(id, part, definitions), inner]);
}

/** An uploaded file: its name and where it can be read. */
function fileOf(file: unknown): unknown {
  if (!isRecord(file)) return file;
  const { meta, url } = file;
  const { originalname } = isRecord(meta) ? meta : {};
  return { ...(originalname === undefined ? {} : { name: originalname }), ...(url === undefined ? {} : { url }) };
}

const truncateName = (name: string): string => (name.length > MAX_NAME ? `${firstCharacters(name, MAX_NAME)}…` : name);
