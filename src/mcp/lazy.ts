// Loaded with the first request that needs any of it, as one chunk: every further chunk slows the start like 30 KB of
// code.

export { createChangeFeed } from '../tools/composite/changes/change-feed.ts';
export * as implementations from '../tools/composite/index.ts';
export { complete } from './completion/handler.ts';
export { getPrompt, listPrompts } from './prompts/index.ts';
