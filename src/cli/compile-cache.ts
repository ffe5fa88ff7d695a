import module from 'node:module';
import { cacheFolder } from './paths.ts';

/** From Node 22.1 on. */
const { enableCompileCache } = module as typeof module & { enableCompileCache?: (folder: string) => unknown };

/**
 * Makes Node keep compiled code for the next start. Only modules imported afterwards are kept. By default Node uses a
 * folder that all users of the machine can write to. A folder that cannot be written changes nothing, nor does a home
 * folder that is not known, which the settings report.
 */
export function useCompileCache(): void {
  try {
    // biome-ignore lint/style/noProcessEnv: config.ts imports modules that are to be kept
    enableCompileCache?.(cacheFolder(process.env));
  } catch {}
}
