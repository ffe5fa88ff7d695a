// What `ghl-contacts-mcp/sandbox` exports.

export { createSandbox, sandboxRoutes, sandboxScopes } from './create-sandbox.ts';
export type { SandboxData } from './data.ts';
export { FAULT_PRESETS, type Fault, type FaultPreset, type FaultRule } from './faults/fault.ts';
export type {
  IndexDelay,
  OauthClient,
  Sandbox,
  SandboxOptions,
  SandboxWebhooks,
  TokenOptions,
  WebhookAttempt,
  WebhookEvent,
  WebhookOptions,
  WebhookSettings,
} from './options.ts';
export { type Served, serveSandbox } from './serve.ts';
export { DEFAULT_SWITCHES, type Switches } from './switches.ts';
