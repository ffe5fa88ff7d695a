import { isRecord, type Json, recordIn, recordsOf, rowsIn, textIn } from '../lib/json.ts';

/** Where the demo is performed: a terminal, or the picture of the README. */
export interface Stage {
  readonly heading: (title: string) => void;
  readonly person: (message: string) => void;
  /** Shows a tool call and its result, and returns the structured content of the result. */
  readonly call: (tool: string, args: Json) => Promise<Json>;
}

/** The id of the record under `key` in a result. */
export const idOf = (data: Json, key: string) => textIn(recordIn(data, key), 'id') ?? '';

export async function findMaria(stage: Stage): Promise<void> {
  stage.heading('A person by name, and everything about them');
  const contactId = 'Maria Lopez';
  stage.person(`What do we know about ${contactId}?`);
  await stage.call('get_contact_overview', { contactId });
  stage.person('Her frame size is 54. Note down that she prefers mornings.');
  await stage.call('update_contact', { contactId, customFields: [{ field: 'Frame size', value: 54 }] });
  await stage.call('create_contact_note', { contactId, body: 'Prefers appointments in the morning.' });
}

export async function welcomeNora(stage: Stage): Promise<void> {
  stage.heading('A new person, a task, a tag');
  stage.person('Nora Whitfield just called: 512-555-0188, nora@whitfield.example. Dana calls her back Tuesday at 9.');
  const nora = { firstName: 'Nora', lastName: 'Whitfield', phone: '(512) 555-0188', email: 'nora@whitfield.example' };
  await stage.call('create_contact', nora);
  const contactId = nora.email;
  const task = { contactId, title: 'Call Nora back', dueDate: nextTuesdayAtNine(), assignedTo: 'Dana Whitfield' };
  const taskId = idOf(await stage.call('create_contact_task', task), 'task');
  stage.person('I reached her. Tag her as a lead.');
  await stage.call('set_contact_task_completed', { contactId, taskId, completed: true });
  await stage.call('add_contact_tags', { contactId, tags: ['Lead'] });
  stage.heading('The same person once more');
  stage.person('New contact: N. Whitfield, 512-555-0188.');
  await stage.call('create_contact', { name: 'N. Whitfield', phone: '+15125550188' });
}

export async function undoMistake(stage: Stage): Promise<void> {
  stage.heading('A wrong change, taken back');
  stage.person('Maria has a new number, 312-555-0199, and is no longer a VIP.');
  await stage.call('update_contact', { contactId: 'Maria Lopez', phone: '312-555-0199', tags: ['commuter'] });
  stage.person('That was another Maria. Undo that.');
  await stage.call('undo_change', { changeId: 'last' });
}

export async function mergeNora(stage: Stage): Promise<void> {
  stage.heading('Two records of one person, merged');
  stage.person('Nora Whitfield wrote from n.whitfield@north.example: she would like a test ride.');
  const second = { firstName: 'Nora', lastName: 'Whitfield', email: 'n.whitfield@north.example', city: 'Evanston' };
  const remove = idOf(await stage.call('create_contact', second), 'contact');
  await stage.call('create_contact_note', { contactId: remove, body: 'Would like a test ride.' });
  stage.person('Is anybody in there twice?');
  const { groups } = await stage.call('find_duplicates', {});
  const [group] = recordsOf(groups);
  const keep = rowsIn(group ?? {}, 'contacts')
    .map(({ id }) => id)
    .find((id) => id !== remove);
  stage.person('Merge them, and keep the first one.');
  const { next } = await stage.call('merge_contacts', { keep, remove });
  stage.person('Yes, go on.');
  await stage.call('merge_contacts', isRecord(next) ? next : {});
}

export async function tagTheFleet(stage: Stage): Promise<void> {
  stage.heading('Many at once: what changes is shown before it happens');
  stage.person('How many contacts do we have, and from where?');
  await stage.call('count_contacts', { groupBy: 'source' });
  stage.person('Tag everyone with an email address for the winter offer.');
  const change = { filters: [{ field: 'email', operator: 'exists' }], addTags: ['winter offer'] };
  await stage.call('bulk_update_contacts', change);
  stage.person('Yes, continue.');
  await stage.call('bulk_update_contacts', { ...change, confirm: true });
}

/** A local time without offset; the server reads it in the zone of its setting. */
function nextTuesdayAtNine(): string {
  const day = new Date();
  day.setUTCDate(day.getUTCDate() + ((9 - day.getUTCDay()) % 7 || 7));
  return `${day.toISOString().slice(0, 10)}T09:00`;
}
