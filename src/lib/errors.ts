import { isRecord } from './json.ts';
import { redactStrictly } from './redact.ts';
import { stripHiddenCharacters } from './text.ts';

/** An error whose message is a complete sentence for the model and its user. */
export class UserError extends Error {
  override readonly name: string = 'UserError';
}

/** An invalid request: an unknown name, a missing argument. */
export class InvalidRequestError extends UserError {}

/** A URI that names no resource. */
export class ResourceNotFoundError extends UserError {}

/** The `code` of an error of the system or the network, such as `ENOENT`. */
export const errorCode = (error: unknown): string | undefined =>
  isRecord(error) && typeof error.code === 'string' ? error.code : undefined;

const oneLine = (text: string): string => stripHiddenCharacters(text).replace(/\s+/g, ' ').trim();

/** An invalid setting: a message of one line without secrets; exit code 2. */
export class SettingError extends Error {
  override readonly name = 'SettingError';
  constructor(sentence: string) {
    super(oneLine(redactStrictly(sentence)));
  }
}

/** For the log: the stack of an error, or whatever else was thrown as text. */
export const stackOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);
