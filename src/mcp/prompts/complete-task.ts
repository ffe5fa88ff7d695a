import type { Json } from '../../lib/json.ts';
import { taskStatus } from '../../tools/composite/location-tasks/task-search.ts';
import { among, type Completer, NONE } from '../completion/completer.ts';
import type { ToolRunner } from '../tool-runner.ts';
import { aboutContact, contactArgument, meant } from './contact-argument.ts';
import type { Prompt } from './prompt.ts';

const LIST = 'list_contact_tasks';
const SET = 'set_contact_task_completed';

/** What is still to be done, soonest first. */
async function openTasks(contactId: string, runner: ToolRunner): Promise<Json> {
  const fields = ['id', 'title', 'dueDate', 'completed', 'assignedTo'];
  const { tasks, next } = await runner.run(LIST, { contactId, limit: 500, fields });
  const open = (tasks as Json[])
    .filter(({ completed }) => completed !== true)
    .map(({ completed: _, ...task }) => ({ ...task, status: taskStatus(task, runner.clock.now()) }) as Json)
    .sort((a, b) => Date.parse(String(a.dueDate)) - Date.parse(String(b.dueDate)));
  return { tasks: open, ...(next ? { next } : {}) };
}

const completeTitle: Completer = async (typed, runner, { contact }) => {
  if (!contact) return NONE;
  const [one, another] = await meant(contact, runner);
  if (!one || another) return NONE;
  const { tasks } = await openTasks(one.id, runner);
  return among(
    (tasks as Json[]).map(({ title }) => String(title ?? '')),
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
  say(given, runner) {
    const which = given.task
      ? 'the task that given.task means; where none or several fit, ask me which one'
      : 'the one task I name now: show me the open ones and ask me';
    return aboutContact(given, runner, {
      task: `Complete a task of this contact with ${SET}: ${which}. Say afterwards which task is done and what is still open, with due dates.`,
      tool: LIST,
      gather: async (person) => ({
        contact: person,
        ...(given.task ? { given: { task: given.task } } : {}),
        ...(await openTasks(person.id, runner)),
      }),
    });
  },
};
