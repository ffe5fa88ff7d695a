import { SettingError } from '../lib/errors.ts';

/** Ends the command with one line on stderr and exit code 2. @throws SettingError always */
export const usageError = (message: string): never => {
  throw new SettingError(message);
};
