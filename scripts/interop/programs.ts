import { langchain } from './adapters/langchain.ts';
import { mastra } from './adapters/mastra.ts';
import { openAiAgents } from './adapters/openai-agents.ts';
import { conformance } from './conformance/index.ts';
import { highLevelSdk } from './highlevel-sdk.ts';
import { hostPrograms } from './hosts.ts';
import { inspector } from './inspector.ts';
import { packagingValidators } from './packaging.ts';
import type { InteropProgram } from './program.ts';
import { protocolSchemas } from './protocol-schemas.ts';
import { gemini } from './providers/gemini.ts';
import { openAi } from './providers/openai.ts';
import { sdkClients } from './sdk-clients.ts';
import { turns } from './turns/index.ts';

/** Every program, in the order in which they run. */
export const programs: readonly InteropProgram[] = [
  conformance,
  protocolSchemas,
  inspector,
  highLevelSdk,
  ...sdkClients,
  ...hostPrograms,
  ...turns,
  langchain,
  mastra,
  openAiAgents,
  gemini,
  openAi,
  ...packagingValidators,
];
