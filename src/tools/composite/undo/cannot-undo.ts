import { UserError } from '../../../lib/errors.ts';

/** A change that stays; nothing was written. */
export class CannotUndo extends UserError {
  readonly kind = 'cannotUndo';
}
