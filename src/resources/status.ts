import type { AccountInfo } from '../api/credentials.ts';
import type { Api } from '../api/types.ts';
import type { Json } from '../lib/json.ts';
import type { ToolAccess } from '../tools/core/tool-access.ts';

export const STATUS = 'ghl://status';

export const status = {
  uri: STATUS,
  name: 'status',
  title: 'Status',
  description: 'Scopes, quota left, breaker, figures of the last day.',
  mimeType: 'application/json',
};

/** What `ghl://status` tells; nothing is sent to find it out. */
export function statusOf(
  api: Api,
  { scopes }: ToolAccess,
  { label, locationId, sandbox, missing, credential }: AccountInfo,
): Json {
  return {
    account: { label, locationId, sandbox, credential, missing },
    scopes: [...new Set(scopes)],
    ...api.status(),
  };
}
