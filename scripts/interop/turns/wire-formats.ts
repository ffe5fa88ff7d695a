/** What the scripted model answers: a call of a tool, or a text that ends the turn. */
export type Step = { readonly tool: HostTool; readonly args: object } | { readonly text: string };

/** How a host names a tool to the model. */
export interface HostTool {
  readonly name: string;
  readonly namespace?: string;
}

/** The API of a model provider, as far as a turn needs it. */
export interface WireFormat {
  /** The results of tools that a request contains, oldest first, as the model reads them. */
  results(request: unknown): string[];
  /** The events of an answer. */
  events(step: Step): readonly object[];
  /** The data of the last event, if it is not JSON. */
  readonly end?: string;
}

const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

interface GeminiRequest {
  readonly contents?: readonly { readonly parts?: readonly { readonly functionResponse?: { response: unknown } }[] }[];
}
export const gemini: WireFormat = {
  results: (request) =>
    ((request as GeminiRequest).contents ?? [])
      .flatMap(({ parts = [] }) => parts)
      .flatMap(({ functionResponse }) => (functionResponse ? [asText(functionResponse.response)] : [])),
  events(step) {
    const part = 'text' in step ? step : { functionCall: { name: step.tool.name, args: step.args } };
    return [{ candidates: [{ content: { role: 'model', parts: [part] }, finishReason: 'STOP', index: 0 }] }];
  },
};

interface ResponsesRequest {
  readonly input?: readonly { readonly type?: string; readonly output?: unknown }[];
}
/** OpenAI's Responses API. */
export const responses: WireFormat = {
  results: (request) =>
    ((request as ResponsesRequest).input ?? [])
      .filter(({ type }) => type === 'function_call_output')
      .map(({ output }) => asText(output)),
  events(step) {
    const status = 'completed';
    const item =
      'text' in step
        ? { id: 'm', type: 'message', role: 'assistant', status, content: [{ type: 'output_text', ...step }] }
        : { id: 'f', type: 'function_call', call_id: 'c', status, ...step.tool, arguments: asText(step.args) };
    const usage = { input_tokens: 1, output_tokens: 1, total_tokens: 2 };
    const response = { id: 'r', object: 'response', model: 'm', status, output: [item], usage };
    return [
      { type: 'response.created', response: { ...response, status: 'in_progress', output: [] } },
      { type: 'response.output_item.added', output_index: 0, item },
      { type: 'response.output_item.done', output_index: 0, item },
      { type: 'response.completed', response },
    ];
  },
};

interface ChatRequest {
  readonly messages?: readonly { readonly role?: string; readonly content?: unknown }[];
}
/** OpenAI's Chat Completions API. */
export const chatCompletions: WireFormat = {
  end: '[DONE]',
  results: (request) =>
    ((request as ChatRequest).messages ?? [])
      .filter(({ role }) => role === 'tool')
      .map(({ content }) => asText(content)),
  events(step) {
    const delta =
      'text' in step
        ? { content: step.text }
        : {
            tool_calls: [
              { index: 0, id: 'c', type: 'function', function: { ...step.tool, arguments: asText(step.args) } },
            ],
          };
    const chunk = { id: 'r', object: 'chat.completion.chunk', created: 0, model: 'm' };
    const finish_reason = 'text' in step ? 'stop' : 'tool_calls';
    return [
      { ...chunk, choices: [{ index: 0, delta: { role: 'assistant', ...delta }, finish_reason: null }] },
      { ...chunk, choices: [{ index: 0, delta: {}, finish_reason }] },
    ];
  },
};
