/** The JSON of every tool by name, as `tools/list` shows it; undefined unless the build has put it here (`scripts/bundle-parts.ts`). */
export const prebuiltDefinitions: Readonly<Record<string, string>> | undefined = undefined;
