import { InvalidRequestError } from '../../lib/errors.ts';
import { explainUnavailable, type ToolAccess } from '../../tools/core/tool-access.ts';
import { toText, truncateToLimit } from '../../tools/core/tool-result.ts';
import type { ToolRunner } from '../tool-runner.ts';
import { activityTimeline } from './activity-timeline.ts';
import { completeTask } from './complete-task.ts';
import { contactDashboard } from './contact-dashboard.ts';
import { onboardContact } from './onboard-contact.ts';
import type { Given, Prompt } from './prompt.ts';
import { syncChanges } from './sync-changes.ts';
import { updateSegment } from './update-segment.ts';

/** Every prompt, in the order hosts are shown them. */
export const prompts: readonly Prompt[] = [
  contactDashboard,
  onboardContact,
  completeTask,
  syncChanges,
  activityTimeline,
  updateSegment,
];

const isOffered = ({ offered: shown }: ToolAccess, { tools }: Prompt): boolean =>
  tools.every((tool) => shown.some(({ name }) => name === tool));

export const findPrompt = (access: ToolAccess, name: string): Prompt | undefined =>
  prompts.find((prompt) => prompt.name === name && isOffered(access, prompt));

/** What to say of a prompt that is not offered. */
export function whyNoPrompt(access: ToolAccess, name: string): string {
  const known = prompts.find((prompt) => prompt.name === name);
  const missing = known?.tools.find((tool) => access.offered.every((shown) => shown.name !== tool));
  if (missing === undefined) return 'There is no such prompt; prompts/list names those there are.';
  return `${name} is not offered. ${explainUnavailable(access, missing)}`;
}

export const listPrompts = (access: ToolAccess) =>
  prompts
    .filter((prompt) => isOffered(access, prompt))
    .map(({ name, title, description, arguments: given }) => ({
      name,
      title,
      description,
      arguments: given.map(({ complete: _, ...argument }) => argument),
    }));

/** Our words in one message, and what was gathered in another. @throws WrongRequest */
export async function getPrompt(name: string, args: Readonly<Record<string, string>>, runner: ToolRunner) {
  const prompt = findPrompt(runner.access, name);
  if (!prompt) throw new InvalidRequestError(whyNoPrompt(runner.access, name));
  const given = givenOf(prompt, args);
  const absent = prompt.arguments.filter((argument) => argument.required && given[argument.name] === undefined);
  if (absent.length > 0)
    throw new InvalidRequestError(
      `${name} needs ${absent.map((argument) => `${argument.name} (${argument.description})`).join(', ')}. Nothing was sent.`,
    );
  const { words, data } = await prompt.say(given, runner);
  const texts = data ? [words, toText(truncateToLimit(data))] : [words];
  return {
    description: prompt.description,
    messages: texts.map((text) => ({ role: 'user' as const, content: { type: 'text' as const, text } })),
  };
}

/** What was filled in, of what the prompt knows. */
const givenOf = ({ arguments: known }: Prompt, args: Readonly<Record<string, string>>): Given =>
  Object.fromEntries(
    known.flatMap(({ name }) => {
      const text = args[name]?.trim();
      return text ? [[name, text]] : [];
    }),
  );
