import { UserError } from '../../lib/errors.ts';
import { isRecord, type Json, recordIn, recordsOf, textIn } from '../../lib/json.ts';
import { memoizeAsync } from '../../lib/memoize.ts';
import { quoteForMessage } from '../../lib/text.ts';
import type { ToolContext } from '../core/context.ts';
import { findCustomField, lookUpRows } from './name-lookup.ts';

const hasParts = ({ customFields }: Json): boolean => recordsOf(customFields).some(({ part }) => part !== undefined);

/**
 * Arguments with custom fields as the API takes them: the boxes of a TEXTBOX_LIST field, given one by one as `part` and
 * `value`, become one object with the id of each box as key.
 * @throws UserError for a box that the field does not have
 */
export async function joinTextBoxParts(args: Json, context: ToolContext): Promise<Json> {
  const definitions = memoizeAsync(() => lookUpRows('customFields', context));
  const joined = async (holder: Json): Promise<Json> =>
    hasParts(holder)
      ? { ...holder, customFields: joinFields(recordsOf(holder.customFields), await definitions(), context) }
      : holder;
  const { set, rows } = args;
  return {
    ...(await joined(args)),
    ...(isRecord(set) ? { set: await joined(set) } : {}),
    ...(rows === undefined ? {} : { rows: await Promise.all(recordsOf(rows).map(joined)) }),
  };
}

function joinFields(given: readonly Json[], definitions: readonly Json[] | undefined, { notify }: ToolContext): Json[] {
  const fields = new Map<unknown, Json>();
  for (const { part, ...field } of given) {
    if (typeof part !== 'string') {
      fields.set(field, field);
      continue;
    }
    const name = textIn(field, 'id') ?? textIn(field, 'key') ?? '';
    const boxes = recordIn(fields.get(name), 'value');
    fields.set(name, { ...field, value: { ...boxes, [boxId(part, name, definitions)]: field.value } });
  }
  notify('Of a TEXTBOX_LIST field give every part that is to stay: HighLevel may empty those left out.');
  return [...fields.values()];
}

/** The id of a box, by its id or label; unchanged where the definitions cannot be read. */
function boxId(part: string, name: string, definitions: readonly Json[] | undefined): string {
  const field = definitions && findCustomField(name, definitions);
  if (!field) return part;
  const options = field.textBoxListOptions ?? field.picklistOptions;
  const boxes = recordsOf(options).flatMap((box) => {
    const id = textIn(box, 'id');
    return id === undefined ? [] : [{ id, label: textIn(box, 'label') ?? id }];
  });
  const wanted = part.toLowerCase();
  const box = boxes.find(({ id }) => id === part) ?? boxes.find(({ label }) => label.toLowerCase() === wanted);
  if (box) return box.id;
  const start = `Nothing was sent. The custom field ${quoteForMessage(name)} has no`;
  if (field.dataType !== 'TEXTBOX_LIST') throw new UserError(`${start} parts: leave part out.`);
  const known = boxes.map(({ label }) => quoteForMessage(label)).join(', ');
  throw new UserError(`${start} part ${quoteForMessage(part)}${known ? `; it has ${known}` : ''}.`);
}
