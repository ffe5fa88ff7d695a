import type { Switches } from '../switches.ts';

/** A response of the API. `body` is parsed JSON, else text, and undefined where it was empty. */
export interface ApiResponse {
  readonly status: number;
  readonly body: unknown;
}

/** Sends read requests to one account. */
export interface AccountReader {
  readonly locationId: string;
  request(method: 'GET' | 'POST', path: string, options?: { body?: object; version?: string }): Promise<ApiResponse>;
}

/** `holds` is undefined where the account has no data that could decide. `observed` never contains contact data. */
export interface CheckResult {
  readonly holds: boolean | undefined;
  readonly observed: string;
}

/**
 * One assumption of the sandbox about the API, and its source. `recording`: captured from the live API, or measured on
 * it by a named source. `documentation`: an official page or description. `guess`: neither.
 */
export interface Fact {
  readonly id: string;
  readonly statement: string;
  readonly source: 'recording' | 'documentation' | 'guess';
  /** Who reports it; for a guess, why it is likely. */
  readonly evidence: string;
  /** The file that implements it. */
  readonly where: string;
  /** The switch that selects the other behaviour, where reports disagree. */
  readonly switch?: keyof Switches;
  /** Decides it with read requests. Only for open facts. */
  readonly check?: (account: AccountReader) => Promise<CheckResult>;
}

/** Whether checking a real account can still add evidence. */
export const isOpen = (fact: Fact): boolean => fact.source === 'guess' || fact.switch !== undefined;

/** Sources that several facts cite. */
export const LIVE_TESTS = 'live test suite against a trial account, 2026 (rocketride-org/rocketride-server)';
export const OPENAPI = 'official OpenAPI description of 2021-07-28';
