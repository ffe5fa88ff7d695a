import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js';
import {
  CreateMessageResultSchema,
  ElicitResultSchema,
  type ServerNotification,
  type ServerRequest,
} from '@modelcontextprotocol/sdk/types.js';
import { PNG, textResource } from './fixture.ts';
import { choices, fieldsWithDefaults } from './fixture-forms.ts';

// The tools whose names and answers the MCP conformance suite requires of a server under test.

export type FixtureExtra = RequestHandlerExtra<ServerRequest, ServerNotification>;
type Arguments = Readonly<Record<string, string>>;
type Run = (args: Arguments, extra: FixtureExtra) => Promise<unknown> | unknown;

/** A WAV file without samples. */
const WAV = 'UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA=';

const textContent = (text: string) => ({ type: 'text', text });
const result = (...content: readonly unknown[]) => ({ content });

const tool = (name: string, run: Run, argumentName?: string) => ({
  definition: {
    name,
    description: `Fixture of the conformance suite: ${name}`,
    inputSchema: {
      type: 'object',
      properties: argumentName === undefined ? {} : { [argumentName]: { type: 'string' } },
      ...(argumentName === undefined ? {} : { required: [argumentName] }),
    },
  },
  run,
});

const image = { type: 'image', data: PNG, mimeType: 'image/png' };

/** Asks the client's user. Returns what the answer was, as the suite expects it. */
async function elicit({ sendRequest }: FixtureExtra, message: string, properties: object, required: string[] = []) {
  const params = { mode: 'form', message, requestedSchema: { type: 'object', properties, required } };
  const request = { method: 'elicitation/create', params } as ServerRequest;
  const { action, content } = await sendRequest(request, ElicitResultSchema);
  return `action=${action}, content=${JSON.stringify(content ?? {})}`;
}

export const tools = [
  tool('test_simple_text', () => result(textContent('This is a simple text response for testing.'))),
  tool('test_image_content', () => result(image)),
  tool('test_audio_content', () => result({ type: 'audio', data: WAV, mimeType: 'audio/wav' })),
  tool('test_embedded_resource', () =>
    result(textResource('test://embedded-resource', 'text/plain', 'This is an embedded resource content.')),
  ),
  tool('test_multiple_content_types', () =>
    result(
      textContent('Multiple content types test:'),
      image,
      textResource('test://mixed-content-resource', 'application/json', '{"test":"data","value":123}'),
    ),
  ),
  tool('test_error_handling', () => ({
    isError: true,
    ...result(textContent('This tool intentionally returns an error for testing')),
  })),
  tool('test_tool_with_logging', async (_args, { sendNotification }) => {
    for (const data of ['Tool execution started', 'Tool processing data', 'Tool execution completed']) {
      await sendNotification({ method: 'notifications/message', params: { level: 'info', data } });
    }
    return result(textContent('Tool with logging executed successfully'));
  }),
  tool('test_tool_with_progress', async (_args, { sendNotification, _meta }) => {
    const progressToken = _meta?.progressToken ?? 0;
    for (const progress of [0, 50, 100]) {
      const message = `Completed step ${progress} of 100`;
      const params = { progressToken, progress, total: 100, message };
      await sendNotification({ method: 'notifications/progress', params });
    }
    return result(textContent(String(progressToken)));
  }),
  tool(
    'test_sampling',
    async ({ prompt = '' }, { sendRequest }) => {
      const messages = [{ role: 'user' as const, content: { type: 'text' as const, text: prompt } }];
      const request = { method: 'sampling/createMessage' as const, params: { messages, maxTokens: 100 } };
      const { content } = await sendRequest(request, CreateMessageResultSchema);
      return result(textContent(`LLM response: ${content.type === 'text' ? content.text : 'No response'}`));
    },
    'prompt',
  ),
  tool(
    'test_elicitation',
    async ({ message = '' }, extra) => {
      const properties = { response: { type: 'string', description: "User's response" } };
      return result(textContent(`User response: ${await elicit(extra, message, properties, ['response'])}`));
    },
    'message',
  ),
  tool('test_elicitation_sep1034_defaults', async (_args, extra) => {
    const answer = await elicit(extra, 'Please review and update the form fields with defaults', fieldsWithDefaults);
    return result(textContent(`Elicitation completed: ${answer}`));
  }),
  tool('test_elicitation_sep1330_enums', async (_args, extra) => {
    const answer = await elicit(extra, 'Please select options from the enum fields', choices);
    return result(textContent(`Elicitation completed: ${answer}`));
  }),
];
