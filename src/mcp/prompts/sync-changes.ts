import { DAY_MS } from '../../lib/time.ts';
import { formatTime } from '../../lib/time-format.ts';
import { searchTasksPage } from '../../tools/composite/location-tasks/task-search.ts';
import { mayRead } from '../../tools/core/permissions.ts';
import { matchOptions } from '../completion/completer.ts';
import type { ToolRunner } from '../tool-runner.ts';
import { ifReadable, type Prompt, resultFollows } from './prompt.ts';

const TOOL = 'list_changed_contacts';
const RELATIVE = ['last', 'today', 'yesterday'];

/** `today` and `yesterday` as dates in the zone of the clock; anything else unchanged, for the tool. */
async function sinceOf(text: string, { clock }: ToolRunner): Promise<string> {
  const days = RELATIVE.indexOf(text.toLowerCase()) - 1;
  if (days < 0) return days === -1 ? 'last' : text;
  const today = formatTime(clock.now(), await clock.shownZone()).slice(0, 10);
  return new Date(Date.parse(today) - days * DAY_MS).toISOString().slice(0, 10);
}

export const syncChanges: Prompt = {
  name: 'sync_changes',
  title: 'What has changed',
  description: 'Contacts created or updated since a time, or since you last asked',
  arguments: [
    {
      name: 'since',
      description: 'last (where you stopped), today, yesterday, or a time such as 2026-11-20T09:00',
      complete: async (typed) => matchOptions(RELATIVE, typed),
    },
  ],
  tools: [TOOL],
  async render({ since = 'last' }, runner) {
    const task = `Bring me up to date: who is new, who was changed, and which of their tasks are open or overdue. Say up to when this is complete (completeTo) and what it cannot show (unseen). While the answer has next, call ${TOOL} with those arguments; a later call with since: "last" continues from here.`;
    const run = async () =>
      runner.run(TOOL, {
        since: await sinceOf(since, runner),
        ...(mayRead(searchTasksPage, runner.access) ? { tasks: true } : {}),
      });
    const data = await ifReadable(run());
    if (data) return { instructions: `${task} ${resultFollows(TOOL)}`, data };
    const instructions = `${task} The changes could not be read beforehand: call ${TOOL} with the since of my next message, which is as I typed it.`;
    return { instructions, data: { given: { since } } };
  },
};
