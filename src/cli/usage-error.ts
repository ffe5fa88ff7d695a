import { SettingError } from '../lib/errors.ts';

/** Ends a command that was called wrongly: one line on stderr, exit code 2. @throws SettingError always */
export const usageError = (message: string): never => {
  throw new SettingError(message);
};
