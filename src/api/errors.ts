import { UserError } from '../lib/errors.ts';
import { redact } from '../lib/redact.ts';
import type { Scope } from './scopes.ts';

/** What an error of the API means. Code decides by this, never by the status or the sentence. */
export type ErrorKind =
  /** HighLevel says, in its own shape, that the thing asked for does not exist. */
  | 'missing'
  /** The email or phone belongs to another contact. */
  | 'duplicate'
  /** The values were refused. */
  | 'validation'
  /** The token is not accepted. */
  | 'unauthorized'
  | 'scope'
  /** The token and the location, or the contact, do not belong together. */
  | 'location'
  | 'plan'
  /** The API version header, or a route that this version does not have. */
  | 'version'
  | 'unknownRoute'
  | 'redirect'
  | 'tooLarge'
  /** The network edge in front of HighLevel refused. */
  | 'blocked'
  /** Any other refusal. */
  | 'refused'
  | 'rateLimited'
  /** HighLevel, or a gateway in front of it, failed. */
  | 'serverError'
  /** No answer. */
  | 'unreachable'
  /** A success that is not in the shape of the endpoint, or is about something else than was asked for. */
  | 'unreadable'
  /** A write got no clear answer, and reading back showed that it was not done. */
  | 'notDone'
  /** A write got no clear answer, and reading back could not tell whether it was done. */
  | 'unknownOutcome';

interface Details {
  readonly traceId?: string | undefined;
  readonly existing?: string | undefined;
  readonly certain?: boolean | undefined;
}

/** What HighLevel, or the way to it, answered, as a sentence; secrets are removed when it is built. */
export class ApiError extends UserError {
  override readonly name = 'ApiError';
  readonly kind: ErrorKind;
  /** HTTP status, or 0 where no answer came. */
  readonly status: number;
  readonly traceId: string | undefined;
  /** Id of the contact that has this email or phone already, where that is the reason. */
  readonly existing: string | undefined;
  /** True for a refusal that proves that nothing was written. */
  readonly certain: boolean;
  constructor(sentence: string, kind: ErrorKind, status: number, more: Details = {}) {
    const { traceId, existing, certain = false } = more;
    super(redact(traceId ? `${sentence} (traceId ${traceId})` : sentence));
    this.kind = kind;
    this.status = status;
    this.traceId = traceId;
    this.existing = existing;
    this.certain = certain;
  }
}

const GENERAL: ReadonlySet<ErrorKind> = new Set([
  'unauthorized',
  'scope',
  'plan',
  'version',
  'rateLimited',
  'serverError',
  'unreachable',
  'notDone',
  'unknownOutcome',
]);

/** Whether a failure says something of HighLevel, or the way to it, and would meet every other call as well. */
export const affectsOtherCalls = ({ kind }: ApiError): boolean => GENERAL.has(kind);

/** Whether HighLevel itself says that there is no such thing. */
export const isMissing = (error: unknown): boolean => error instanceof ApiError && error.kind === 'missing';

/** How the owner of a private token brings a scope into effect. */
export const grantBySettings = (scope: Scope): string =>
  `The owner grants it by adding ${scope} to GHL_SCOPES (and to the private integration in HighLevel, Settings > Private Integrations) and restarting the server.`;

/** Why a tool cannot be used, and who changes that how. */
export const missingScope = (name: string, scope: Scope, howToGrant = grantBySettings): string =>
  `${name} needs the scope ${scope}, which is not in effect; nothing was sent. ${howToGrant(scope)}`;
