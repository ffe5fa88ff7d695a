import { ALL_KINDS, type Kind } from '../../tools/composite/contact-view/get-contact-timeline.tool.ts';
import { matchOptions } from '../completion/completer.ts';
import { contactArgument, renderForContact } from './contact-argument.ts';
import type { Prompt } from './prompt.ts';

const TOOL = 'get_contact_timeline';

/** The kinds named, in singular or plural; no filter if none is known. */
function kindFilter(text = ''): { kinds?: Kind[] } {
  const words = text.toLowerCase().split(/[\s,]+/);
  const kinds = ALL_KINDS.filter((kind) => words.includes(kind) || words.includes(`${kind}s`));
  return kinds.length > 0 ? { kinds } : {};
}

export const activityTimeline: Prompt = {
  name: 'activity_timeline',
  title: 'Activity timeline',
  description: 'Notes, tasks and appointments of one contact in order of time',
  arguments: [
    contactArgument,
    {
      name: 'kind',
      description: `Only one kind: ${ALL_KINDS.join(', ')}`,
      complete: async (typed) => matchOptions(ALL_KINDS, typed),
    },
  ],
  tools: [TOOL],
  render(values, runner) {
    return renderForContact(values, runner, {
      task: `Tell me what happened with this contact and what is to come, as a timeline with the times exactly as given; mark those whose zone is not known. Then sum up the situation in two sentences. Older rows: ${TOOL} with the arguments of next.`,
      tool: TOOL,
      read: async (contact) => ({
        contact,
        ...(await runner.run(TOOL, { contactId: contact.id, ...kindFilter(values.kind) })),
      }),
    });
  },
};
