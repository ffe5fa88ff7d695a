import { ID } from '../../api/endpoint.ts';
import { InvalidRequestError, UserError } from '../../lib/errors.ts';
import { listTemplates } from '../../resources/index.ts';
import { findPrompt, whyNoPrompt } from '../prompts/index.ts';
import type { ToolRunner } from '../tool-runner.ts';
import { type Completer, NONE } from './completer.ts';
import { MOST, peopleFor } from './find-people.ts';

/** Characters of a value that is offered: nobody picks a longer one, and one cut short would be another value. */
const LONGEST = 500;

/** What `completion/complete` names. */
export type Reference = { readonly prompt: string } | { readonly template: string };

/**
 * Where something fails there is nothing to offer; `fault` is told of what is no answer of HighLevel's.
 * @throws WrongRequest for a prompt or template that is not offered
 */
export async function complete(
  reference: Reference,
  argument: { readonly name: string; readonly value: string },
  others: Readonly<Record<string, string>>,
  runner: ToolRunner,
  fault: (error: unknown) => void,
) {
  const completer = completerOf(reference, argument.name, runner);
  const found = await completer?.(argument.value, runner, others).catch((error: unknown) => {
    if (!(error instanceof UserError)) fault(error);
    return NONE;
  });
  const { values: all, total } = found ?? NONE;
  const values = all.filter((value) => value.length <= LONGEST).slice(0, MOST);
  return { values, ...(total === undefined ? {} : { total }), hasMore: total === undefined || total > values.length };
}

function completerOf(reference: Reference, argument: string, runner: ToolRunner): Completer | undefined {
  if ('prompt' in reference) {
    const prompt = findPrompt(runner.access, reference.prompt);
    if (!prompt) throw new InvalidRequestError(whyNoPrompt(runner.access, reference.prompt));
    return prompt.arguments.find(({ name }) => name === argument)?.complete;
  }
  const template = listTemplates(runner.access).find(({ uriTemplate }) => uriTemplate === reference.template);
  if (!template)
    throw new InvalidRequestError('There is no such template; resources/templates/list names those there are.');
  return argument === 'contactId' && template.uriTemplate.includes('{contactId}') ? contactId : undefined;
}

/** Ids, which is what the protocol gives: it knows no labels for them. */
const contactId: Completer = async (typed, runner) => {
  const { people, total } = await peopleFor(typed, runner);
  return { values: people.map(({ id }) => id).filter((id) => ID.test(id)), total };
};
