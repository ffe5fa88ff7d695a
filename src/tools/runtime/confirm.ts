import type { Endpoint } from '../../api/endpoint.ts';
import { type Json, textIn } from '../../lib/json.ts';
import { quoteForMessage } from '../../lib/text.ts';
import type { HandleProblem, OwnerAnswer, Question } from '../core/confirmation.ts';
import type { RequestContext, ToolContext } from '../core/context.ts';
import type { EndpointTool, Tool } from '../core/tool.ts';
import { recordRefusal } from './record-refusal.ts';
import type { TimeBudget } from './time-budget.ts';

const PREVIEW_NOTICE =
  'Nothing is done yet. Show this to the user, unless they have already agreed to exactly this; then call with next.';

/** What the model reads about a question that was not answered with yes. */
const REFUSALS: Readonly<Record<Exclude<OwnerAnswer, 'agreed' | 'unseen'>, string>> = {
  declined: 'the user was asked and declined. Do not call again unless the user asks for it',
  cancelled: 'the user was asked and gave no answer. Call again only if the user asks for it',
  timedOut: 'the user was asked and did not answer within 45 s. Call again when the user is there to answer',
  unanswered:
    'the host accepted the question without the yes of the user. The user has to tick the field; where the host answers by itself, the owner may set GHL_CONFIRM=off and restart the server',
  failed: 'the user was asked, and the host returned an error instead of an answer. Try again',
};

const HANDLE_PROBLEMS: Readonly<Record<HandleProblem, string>> = {
  unknown: 'is not known: a handle is valid for 15 minutes, while this server runs',
  used: 'was used before: each confirms one call',
  refused: 'is no longer valid: the user was asked since, and did not agree',
  expired: 'has expired after 15 minutes',
  changed: 'is for another call: the arguments, or what the call would do, have changed since',
};

/** Makes `ToolContext.confirm` for one call of a tool; `given` are its validated arguments. */
export function createConfirm(
  tool: Tool,
  given: Json,
  request: RequestContext,
  { notify, budget }: { readonly notify: ToolContext['notify']; readonly budget: TimeBudget },
): ToolContext['confirm'] {
  const { api, confirming, signal, state } = request;

  async function refuse(answer: Exclude<OwnerAnswer, 'agreed' | 'unseen'>): Promise<Json> {
    await recordRefusal(tool, withoutHandle(given), 'confirmation', request);
    notify(`Not done, and nothing was changed: ${REFUSALS[answer]}.`);
    return { confirmed: false };
  }

  function preview({ preview: shown, next }: Question, bound: Json): Json {
    notify(PREVIEW_NOTICE);
    return {
      preview: true,
      ...shown,
      next: next ?? { ...withoutHandle(given), confirm: state.confirmations.issue(bound, api.now()) },
    };
  }

  return async (question) => {
    if (!confirming) return undefined;
    const args = withoutHandle(given);
    const handle = textIn(given, 'confirm');
    const bound = { tool: tool.name, args, content: question.content };
    if (handle !== undefined) {
      const problem = state.confirmations.redeem(handle, bound, api.now());
      if (problem === undefined) return undefined;
      await recordRefusal(tool, args, 'confirmation', request);
      notify(`Nothing was confirmed: the handle ${quoteForMessage(handle)} ${HANDLE_PROBLEMS[problem]}.`);
    }
    if (!confirming.askOwner) return preview(question, bound);
    const answer = await budget.exclude(confirming.askOwner(question.text));
    if (answer === 'unseen') return preview(question, bound);
    if (answer === 'agreed' && !signal?.aborted) return undefined;
    state.confirmations.refuse(bound);
    return refuse(answer === 'agreed' ? 'cancelled' : answer);
  };
}

/** The handle is for this server alone. */
export const withoutHandle = ({ confirm: _, ...args }: Json): Json => args;

const needsConsent = ({ confirm: rule }: Pick<EndpointTool, 'confirm'>, args: Json): boolean =>
  rule !== undefined && rule.when?.(args) !== false;

/** @throws Error if a tool that takes no `confirm`, and so never asks, sends what needs consent: a defect of the tool */
export function assertAsking(
  { name, input }: Tool,
  endpoint: Endpoint & Pick<EndpointTool, 'confirm'>,
  args: Json,
): void {
  if (needsConsent(endpoint, args) && !('confirm' in input().shape))
    throw new Error(`${name} sends ${endpoint.name} and never asks the owner`);
}

/** The answer in place of the write, unless the owner agrees to it or need not be asked. */
export async function confirmWrite(endpoint: EndpointTool, args: Json, context: ToolContext) {
  const { confirm: rule } = endpoint;
  if (!rule || !context.confirming || !needsConsent(endpoint, args)) return undefined;
  return context.confirm(await (await context.implementations()).questionOf(rule.question, args, context));
}
