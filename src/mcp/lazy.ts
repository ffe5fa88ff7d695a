// Loaded on first use, as one chunk: every further chunk slows start-up as much as 30 KB of code.

export { ChangeReader } from '../tools/composite/changes/change-reader.ts';
export { createContactFeed } from '../tools/composite/changes/contact-changes.ts';
export * as implementations from '../tools/composite/index.ts';
export { complete } from './completion/handler.ts';
export { getPrompt, listPrompts } from './prompts/index.ts';
