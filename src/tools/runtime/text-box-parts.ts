import { UserError } from '../../lib/errors.ts';
import type { Json } from '../../lib/json.ts';
import { memoizeAsync } from '../../lib/memoize.ts';
import { quoteForMessage } from '../../lib/text.ts';
import type { ToolContext } from '../core/context.ts';
import { findCustomField, lookUpRows } from './name-lookup.ts';

const hasParts = (rows: unknown): rows is Json[] =>
  Array.isArray(rows) && (rows as Json[]).some(({ part }) => part !== undefined);

/**
 * Arguments whose custom fields are as the API takes them: the boxes of a TEXTBOX_LIST field, given one by one as
 * `part` and `value`, become one object by the id of each box.
 * @throws UserError for a box that the field does not have
 */
export async function joinTextBoxParts(args: Json, context: ToolContext): Promise<Json> {
  const definitions = memoizeAsync(() => lookUpRows('customFields', context));
  const joined = async (holder: Json): Promise<Json> =>
    hasParts(holder.customFields)
      ? { ...holder, customFields: await joinFields(holder.customFields, await definitions(), context) }
      : holder;
  const { set, rows } = args;
  return {
    ...(await joined(args)),
    ...(set === undefined ? {} : { set: await joined(set as Json) }),
    ...(Array.isArray(rows) ? { rows: await Promise.all((rows as Json[]).map(joined)) } : {}),
  };
}

async function joinFields(given: readonly Json[], definitions: readonly Json[] | undefined, { notify }: ToolContext) {
  const fields = new Map<string, Json>();
  for (const [at, { part, ...field }] of given.entries()) {
    if (part === undefined) {
      fields.set(`whole ${at}`, field);
      continue;
    }
    const name = `parts of ${field.id ?? field.key}`;
    const boxes = (fields.get(name)?.value ?? {}) as Json;
    const box = boxOf(String(part), String(field.id ?? field.key), definitions);
    fields.set(name, { ...field, value: { ...boxes, [box]: field.value } });
  }
  notify('Of a TEXTBOX_LIST field give every part that is to stay: HighLevel may empty those left out.');
  return [...fields.values()];
}

/** The id of a box, by its id or label; as given where the definitions cannot be read. */
function boxOf(part: string, name: string, definitions: readonly Json[] | undefined): string {
  const field = definitions && findCustomField(name, definitions);
  if (!field) return part;
  const { textBoxListOptions, picklistOptions } = field;
  const boxes = [textBoxListOptions ?? picklistOptions ?? []].flat().filter(isBox);
  const wanted = part.toLowerCase();
  const box = boxes.find(({ id }) => id === part) ?? boxes.find(({ label }) => label?.toLowerCase() === wanted);
  if (box) return box.id;
  if (field.dataType !== 'TEXTBOX_LIST')
    throw new UserError(`Nothing was sent. The custom field ${quoteForMessage(name)} has no parts: leave part out.`);
  const known = boxes.map(({ id, label }) => quoteForMessage(label ?? id)).join(', ');
  throw new UserError(
    `Nothing was sent. The custom field ${quoteForMessage(name)} has no part ${quoteForMessage(part)}${known ? `; it has ${known}` : ''}.`,
  );
}

const isBox = (value: unknown): value is { readonly id: string; readonly label?: string } =>
  typeof value === 'object' && value !== null && typeof (value as Json).id === 'string';
