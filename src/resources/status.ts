import type { AccountInfo } from '../api/credentials.ts';
import type { Api } from '../api/types.ts';
import type { Json } from '../lib/json.ts';
import type { ToolAccess } from '../tools/core/tool-access.ts';

export const STATUS_URI = 'ghl://status';

export const statusResource = {
  uri: STATUS_URI,
  name: 'status',
  title: 'Status',
  description: 'Scopes, quota left, breaker, figures of the last day.',
  mimeType: 'application/json',
};

/** The content of `ghl://status`. Sends nothing. */
export function readStatus(
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
