import type { Installed } from './packages.ts';

/** An independent program that runs against the server or the sandbox. */
export interface InteropProgram {
  /** How the command line selects it. */
  readonly name: string;
  /** npm packages and their exact versions. */
  readonly packages: Readonly<Record<string, string>>;
  /**
   * Runs it and returns what it accepted, in a few words.
   * @throws SkippedError if something that it needs is absent, and any other error if it fails
   */
  readonly run: (installed: Installed) => Promise<string>;
}
