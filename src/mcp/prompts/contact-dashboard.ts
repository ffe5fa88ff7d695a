import { contactArgument, renderForContact } from './contact-argument.ts';
import { listOffered, type Prompt } from './prompt.ts';

const TOOL = 'get_contact_overview';

export const contactDashboard: Prompt = {
  name: 'contact_dashboard',
  title: 'Contact dashboard',
  description: 'One contact at a glance: details, open and overdue tasks, notes, appointments',
  arguments: [contactArgument],
  tools: [TOOL],
  render(values, runner) {
    const changes = listOffered(runner, 'set_contact_task_completed', 'create_contact_task', 'create_contact_note');
    const task = [
      'Show me this contact as a dashboard: who it is and how to reach them, then overdue and open tasks with their due dates, coming appointments, and the latest notes in a line each.',
      'Say first what needs doing, and name what could not be read.',
      changes && `Change nothing unless I ask; then use ${changes}.`,
    ];
    return renderForContact(values, runner, {
      task: task.filter(Boolean).join(' '),
      tool: TOOL,
      read: ({ id }) => runner.run(TOOL, { contactId: id }),
    });
  },
};
