import { activityFacts } from './activity.ts';
import { contactFacts } from './contacts.ts';
import type { Fact } from './fact.ts';
import { listFacts } from './lists.ts';
import { oauthFacts } from './oauth.ts';
import { requestFacts } from './requests.ts';
import { webhookFacts } from './webhooks.ts';

export { type AccountReader, type ApiResponse, type Fact, isOpen } from './fact.ts';

/** Everything the sandbox assumes about the API. */
export const FACTS: readonly Fact[] = [
  ...contactFacts,
  ...listFacts,
  ...activityFacts,
  ...requestFacts,
  ...oauthFacts,
  ...webhookFacts,
];
