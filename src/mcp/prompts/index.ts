import { InvalidRequestError } from '../../lib/errors.ts';
import { explainUnavailable, isOffered, type ToolAccess } from '../../tools/core/tool-access.ts';
import { toText, truncateToLimit } from '../../tools/core/tool-result.ts';
import type { ToolRunner } from '../tool-runner.ts';
import { activityTimeline } from './activity-timeline.ts';
import { completeTask } from './complete-task.ts';
import { contactDashboard } from './contact-dashboard.ts';
import { onboardContact } from './onboard-contact.ts';
import type { ArgumentValues, Prompt } from './prompt.ts';
import { syncChanges } from './sync-changes.ts';
import { updateSegment } from './update-segment.ts';

/** Every prompt, in the order of prompts/list. */
export const prompts: readonly Prompt[] = [
  contactDashboard,
  onboardContact,
  completeTask,
  syncChanges,
  activityTimeline,
  updateSegment,
];

const hasTools = (access: ToolAccess, { tools }: Prompt): boolean => tools.every((tool) => isOffered(access, tool));

export const findPrompt = (access: ToolAccess, name: string): Prompt | undefined =>
  prompts.find((prompt) => prompt.name === name && hasTools(access, prompt));

/** Why a prompt is not offered. */
export function explainUnavailablePrompt(access: ToolAccess, name: string): string {
  const known = prompts.find((prompt) => prompt.name === name);
  const missing = known?.tools.find((tool) => !isOffered(access, tool));
  if (missing === undefined) return 'There is no such prompt; prompts/list names the prompts.';
  return `${name} is not offered. ${explainUnavailable(access, missing)}`;
}

export const listPrompts = (access: ToolAccess) =>
  prompts
    .filter((prompt) => hasTools(access, prompt))
    .map(({ name, title, description, arguments: all }) => ({
      name,
      title,
      description,
      arguments: all.map(({ complete: _, ...argument }) => argument),
    }));

/** The instructions in one message, and the data in another. @throws InvalidRequestError */
export async function getPrompt(name: string, args: Readonly<Record<string, string>>, runner: ToolRunner) {
  const prompt = findPrompt(runner.access, name);
  if (!prompt) throw new InvalidRequestError(explainUnavailablePrompt(runner.access, name));
  const values = valuesOf(prompt, args);
  const missing = prompt.arguments.filter((argument) => argument.required && values[argument.name] === undefined);
  if (missing.length > 0)
    throw new InvalidRequestError(
      `${name} needs ${missing.map((argument) => `${argument.name} (${argument.description})`).join(', ')}. Nothing was sent.`,
    );
  const { instructions, data } = await prompt.render(values, runner);
  const texts = data ? [instructions, toText(truncateToLimit(data))] : [instructions];
  return {
    description: prompt.description,
    messages: texts.map((text) => ({ role: 'user' as const, content: { type: 'text' as const, text } })),
  };
}

/** The arguments that the prompt has and that are not empty. */
const valuesOf = ({ arguments: known }: Prompt, args: Readonly<Record<string, string>>): ArgumentValues =>
  Object.fromEntries(
    known.flatMap(({ name }) => {
      const text = args[name]?.trim();
      return text ? [[name, text]] : [];
    }),
  );
