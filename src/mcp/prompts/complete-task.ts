import { rowsIn, textIn } from '../../lib/json.ts';
import { epochMs } from '../../lib/time.ts';
import { type Completer, matchOptions, NO_VALUES } from '../completion/completer.ts';
import type { ToolRunner } from '../tool-runner.ts';
import { contactArgument, matchContacts, renderForContact } from './contact-argument.ts';
import type { Prompt } from './prompt.ts';

const LIST = 'list_contact_tasks';
const SET = 'set_contact_task_completed';

/** Sorted by due date. */
async function openTasks(contactId: string, runner: ToolRunner) {
  const fields = ['id', 'title', 'dueDate', 'status', 'assignedTo'];
  const result = await runner.run(LIST, { contactId, limit: 500, fields });
  const tasks = rowsIn(result, 'tasks')
    .filter(({ status }) => status !== 'completed')
    .sort((a, b) => epochMs(a.dueDate) - epochMs(b.dueDate));
  return { tasks, ...(result.next ? { next: result.next } : {}) };
}

const completeTitle: Completer = async (typed, runner, { contact }) => {
  if (!contact) return NO_VALUES;
  const [match, another] = await matchContacts(contact, runner);
  if (!match || another) return NO_VALUES;
  const { tasks } = await openTasks(match.id, runner);
  return matchOptions(
    tasks.map((task) => textIn(task, 'title') ?? ''),
    typed,
  );
};

export const completeTask: Prompt = {
  name: 'complete_task',
  title: 'Complete a task',
  description: 'Mark a task of a contact as done',
  arguments: [
    contactArgument,
    { name: 'task', description: 'Title of the task, or words of it', complete: completeTitle },
  ],
  tools: [LIST, SET],
  render(values, runner) {
    const which = values.task
      ? 'the task that given.task means; if none or several match, ask me which one'
      : 'the one task I name now: show me the open ones and ask me';
    return renderForContact(values, runner, {
      task: `Complete a task of this contact with ${SET}: ${which}. Say afterwards which task is done and what is still open, with due dates.`,
      tool: LIST,
      read: async (contact) => ({
        contact,
        ...(values.task ? { given: { task: values.task } } : {}),
        ...(await openTasks(contact.id, runner)),
      }),
    });
  },
};
