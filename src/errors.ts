import type { Scope } from './endpoint.ts';
import { redact, redactStrictly } from './redact.ts';
import { plainText } from './untrusted.ts';

export { redact };

/** A failure whose message is a finished sentence for the model and the person behind it. */
export class UserError extends Error {
  override readonly name: string = 'UserError';
}

/** What HighLevel, or the way to it, answered, as a sentence; secrets are removed when it is built. */
export class ApiError extends UserError {
  override readonly name = 'ApiError';
  /** HTTP status, or 0 where no answer came. */
  readonly status: number;
  readonly traceId: string | undefined;
  /** Id of the contact that has this email or phone already, where that is the reason. */
  readonly existing: string | undefined;
  /** True where a write may have been done and could not be looked up. */
  readonly unknown: boolean;
  constructor(
    sentence: string,
    status: number,
    more: { traceId?: string | undefined; existing?: string | undefined; unknown?: true } = {},
  ) {
    const { traceId, existing, unknown = false } = more;
    super(redact(traceId ? `${sentence} (traceId ${traceId})` : sentence));
    this.status = status;
    this.traceId = traceId;
    this.existing = existing;
    this.unknown = unknown;
  }
}

/** Whether a failure says something of HighLevel, or the way to it, and would meet every other call as well. */
export const isGeneral = ({ status }: ApiError): boolean => [0, 401, 429].includes(status) || status >= 500;

/** Whether HighLevel says that there is no such thing: it says so with 400. */
export const isMissing = (error: unknown): boolean =>
  error instanceof ApiError && (error.status === 400 || error.status === 404);

const oneLine = (text: string): string => plainText(text).replace(/\s+/g, ' ').trim();

/** A setting that cannot be understood: one line for the owner, without any secret, exit code 2. */
export class SettingError extends Error {
  override readonly name = 'SettingError';
  constructor(sentence: string) {
    super(oneLine(redactStrictly(sentence)));
  }
}

/** How the owner of a private token brings a scope into effect. */
export const bySettings = (scope: Scope): string =>
  `The owner grants it by adding ${scope} to GHL_SCOPES (and to the private integration in HighLevel, Settings > Private Integrations) and restarting the server.`;

/** Why a tool cannot be used, and who changes that how. */
export const missingScope = (name: string, scope: Scope, howToGrant = bySettings): string =>
  `${name} needs the scope ${scope}, which is not in effect; nothing was sent. ${howToGrant(scope)}`;
