import type { Json } from '../../../lib/json.ts';
import type { Question } from '../../core/confirmation.ts';
import type { ToolContext } from '../../core/context.ts';

/** The arguments that confirm and continue a job: its handle is the consent to its plan. */
export const confirmingCall = (handle: string) => ({ handle, confirm: true });

/** A job that the owner may have to agree to. */
export interface Confirmable {
  /** True once a preview was delivered or the owner agreed: then `confirm: true` is consent. */
  previewed: boolean;
}

/**
 * The answer in place of the work, unless the owner agrees to the job. A job that the owner was asked about and did not
 * agree to is dropped, and with it what earlier previews of the same call would confirm.
 */
export async function agreeTo(
  job: Confirmable,
  { handle, confirmed }: { readonly handle: string; readonly confirmed: boolean },
  question: () => Promise<Question>,
  { confirm, confirming, signal, state }: ToolContext,
): Promise<Json | undefined> {
  if (!confirming || (confirmed && job.previewed)) return undefined;
  const answer = await confirm({ ...(await question()), next: confirmingCall(handle) });
  if (answer && answer.next === undefined) state.jobs.removeEqual(handle);
  else job.previewed = signal?.aborted !== true;
  return answer;
}
