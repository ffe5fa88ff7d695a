import { InvalidRequestError, UserError } from '../../lib/errors.ts';
import { listTemplates } from '../../resources/index.ts';
import { explainUnavailablePrompt, findPrompt } from '../prompts/index.ts';
import type { ToolRunner } from '../tool-runner.ts';
import { type Completer, NO_VALUES } from './completer.ts';
import { findPeople, MAX_PEOPLE } from './find-people.ts';

/** Characters; a longer value is not offered, because a truncated one would be another value. */
const MAX_VALUE_CHARACTERS = 500;

/** The prompt name or URI template of `completion/complete`. */
export type Reference = { readonly prompt: string } | { readonly template: string };

/**
 * Offers nothing if a completer fails; `onError` receives the errors that are not UserErrors.
 * @throws InvalidRequestError for a prompt or template that is not offered
 */
export async function complete(
  reference: Reference,
  argument: { readonly name: string; readonly value: string },
  filledIn: Readonly<Record<string, string>>,
  runner: ToolRunner,
  onError: (error: unknown) => void,
) {
  const completer = completerOf(reference, argument.name, runner);
  const completion = await completer?.(argument.value, runner, filledIn).catch((error: unknown) => {
    if (!(error instanceof UserError)) onError(error);
    return NO_VALUES;
  });
  const { values: all, total } = completion ?? NO_VALUES;
  const values = all.filter((value) => value.length <= MAX_VALUE_CHARACTERS).slice(0, MAX_PEOPLE);
  return { values, ...(total === undefined ? {} : { total }), hasMore: total === undefined || total > values.length };
}

function completerOf(reference: Reference, argument: string, runner: ToolRunner): Completer | undefined {
  if ('prompt' in reference) {
    const prompt = findPrompt(runner.access, reference.prompt);
    if (!prompt) throw new InvalidRequestError(explainUnavailablePrompt(runner.access, reference.prompt));
    return prompt.arguments.find(({ name }) => name === argument)?.complete;
  }
  const template = listTemplates(runner.access).find(({ uriTemplate }) => uriTemplate === reference.template);
  if (!template)
    throw new InvalidRequestError('There is no such template; resources/templates/list names the templates.');
  return argument === 'contactId' && template.uriTemplate.includes('{contactId}') ? completeContactId : undefined;
}

/** Offers bare ids, because the protocol has no labels for values. */
const completeContactId: Completer = async (typed, runner) => {
  const { people, total } = await findPeople(typed, runner);
  return { values: people.map(({ id }) => id), total };
};
