// What a start does without, in one chunk that is loaded with the first request that needs any of it: each chunk more
// costs a start as much as thirty kilobytes.

export { createFeed } from '../tools/composite/changes/change-feed.ts';
export * as flows from '../tools/composite/index.ts';
export { complete } from './completion/handler.ts';
export { getPrompt, listPrompts } from './prompts/index.ts';
