import { accessSync, constants, statSync } from 'node:fs';
import { dirname, isAbsolute } from 'node:path';
import { errorCode, SettingError } from '../lib/errors.ts';
import { quotedSetting } from '../lib/redact.ts';
import type { ReadSetting } from './settings.ts';

/**
 * The folder of GHL_EXPORT_DIR, which the first export makes if necessary; undefined where exports are off.
 * @throws SettingError for what is no absolute path, and for a folder that cannot be written or made
 */
export function readExportFolder(read: ReadSetting): string | undefined {
  const folder = read('GHL_EXPORT_DIR');
  if (folder === undefined) return undefined;
  const problem = isAbsolute(folder) ? problemOf(folder) : 'is not an absolute path';
  if (problem === undefined) return folder;
  throw new SettingError(
    `GHL_EXPORT_DIR: ${quotedSetting(folder)} ${problem}. Give the absolute path of a folder in which files may be written, or leave the setting out: exports are off then.`,
  );
}

/** The folder itself, or the nearest of its parents that exists, must be a folder that can be written. */
function problemOf(folder: string): string | undefined {
  try {
    if (!statSync(folder).isDirectory()) return 'is not a folder';
    accessSync(folder, constants.W_OK);
    return undefined;
  } catch (error) {
    const isAbsent = errorCode(error) === 'ENOENT' && dirname(folder) !== folder;
    if (isAbsent) return problemOf(dirname(folder)) && 'does not exist and cannot be made';
    return `cannot be written (${errorCode(error)})`;
  }
}
