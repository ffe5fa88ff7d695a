import { type Json, textIn } from '../../../lib/json.ts';
import { asOf } from '../../../lib/time.ts';
import { shownKeys } from '../../core/named-ids.ts';
import { pickFields } from '../../core/row-shape.ts';
import type { Implementation, ToolInput } from '../../core/tool.ts';
import { DEFAULT_ROWS, pageDataBytes, rowsThatFit } from '../../core/tool-result.ts';
import { contactsOfRows } from '../contacts-by-id.ts';
import { readRange } from '../time-range.ts';
import { type LocationTask, readLocationTasks } from './read-tasks.ts';
import type { searchLocationTasks } from './search-location-tasks.tool.ts';

type Args = ToolInput<typeof searchLocationTasks>;

/** Tasks that are sorted and counted; a request gives 100. */
const MAX_TASKS = 2_000;
/** Characters of a value. More than a text that was cut when it was read, with its mark. */
const MAX_VALUE = 500;

/** Arguments as the API takes them: ids in lists, and of the status only completed or not. */
const apiQuery = ({ query, status, contactId, assignedTo }: Args): Json => ({
  ...(query ? { query } : {}),
  ...(contactId ? { contactId: [contactId] } : {}),
  ...(assignedTo ? { assignedTo: [assignedTo] } : {}),
  ...(status ? { completed: status === 'completed' } : {}),
});

const hasStatus = ({ status }: LocationTask, wanted: Args['status']): boolean =>
  wanted === undefined || wanted === status || (wanted === 'open' && status === 'overdue');

export const run: Implementation<typeof searchLocationTasks> = async (args, context) => {
  const { status, limit, skip = 0, fields } = args;
  const range = await readRange(['dueFrom', args.dueFrom], ['dueTo', args.dueTo], context);
  const { tasks, incomplete } = await readLocationTasks(apiQuery(args), range, MAX_TASKS, context);
  if (incomplete) context.notify(incomplete);
  const found = tasks.filter((task) => hasStatus(task, status));
  const page = found.slice(skip, skip + (limit ?? DEFAULT_ROWS));
  const needsContacts = fields?.some((field) => field === 'phone' || field === 'email');
  const contacts = needsContacts ? await contactsOfRows(page, context) : undefined;
  const toRow = (task: LocationTask) => {
    const { phone, email } = contacts?.get(textIn(task, 'contactId') ?? '') ?? {};
    return pickFields({ ...task, phone, email }, MAX_VALUE, shownKeys(fields));
  };
  const rows = rowsThatFit(page, toRow, pageDataBytes(limit));
  const shown = skip + rows.length;
  return {
    tasks: rows,
    ...(incomplete ? {} : { total: found.length }),
    asOf: asOf(context.clock),
    ...(shown < found.length ? { next: { ...args, skip: shown } } : {}),
  };
};
