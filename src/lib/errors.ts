import { redactStrictly } from './redact.ts';
import { stripHiddenCharacters } from './text.ts';

/** A failure whose message is a finished sentence for the model and the person behind it. */
export class UserError extends Error {
  override readonly name: string = 'UserError';
}

/** A request that is wrong in itself: a name there is none of, an argument left out. */
export class InvalidRequestError extends UserError {}

/** A URI that names no resource. */
export class ResourceNotFoundError extends UserError {}

const oneLine = (text: string): string => stripHiddenCharacters(text).replace(/\s+/g, ' ').trim();

/** A setting that cannot be understood: one line for the owner, without any secret, exit code 2. */
export class SettingError extends Error {
  override readonly name = 'SettingError';
  constructor(sentence: string) {
    super(oneLine(redactStrictly(sentence)));
  }
}
