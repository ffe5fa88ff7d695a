// What a start does without, in one chunk that is loaded with the first request that needs any of it: each chunk more
// costs a start as much as thirty kilobytes.
export { complete } from './complete/index.ts';
export { createFeed } from './flows/changes.ts';
export * as flows from './flows/index.ts';
export { getPrompt, listPrompts } from './prompts/index.ts';
