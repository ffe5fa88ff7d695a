// The prompts, resources and schemas whose names and texts the MCP conformance suite requires of a server under test.

/** One transparent pixel. */
export const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==';

export const textResource = (uri: string, mimeType: string, text: string) => ({
  type: 'resource',
  resource: { uri, mimeType, text },
});

interface Content {
  readonly mimeType: string;
  readonly text?: string;
  readonly blob?: string;
}

const resource = (uri: string, content: Content) => ({
  definition: { name: uri.replace('test://', ''), uri, mimeType: content.mimeType },
  content,
});

export const resources = [
  resource('test://static-text', {
    mimeType: 'text/plain',
    text: 'This is the content of the static text resource.',
  }),
  resource('test://static-binary', { mimeType: 'image/png', blob: PNG }),
  resource('test://watched-resource', { mimeType: 'text/plain', text: 'Watched resource content' }),
];

export const templates = [
  {
    definition: { name: 'template', uriTemplate: 'test://template/{id}/data', mimeType: 'application/json' },
    contentOf(uri: string): Content | undefined {
      const id = /^test:\/\/template\/([^/]+)\/data$/.exec(uri)?.[1];
      if (id === undefined) return undefined;
      return {
        mimeType: 'application/json',
        text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }),
      };
    },
  },
];

type Arguments = Readonly<Record<string, string>>;
const user = (content: unknown) => ({ role: 'user', content });
const text = (value: string) => ({ type: 'text', text: value });

const prompt = (name: string, args: readonly string[], messages: (values: Arguments) => readonly unknown[]) => ({
  definition: {
    name,
    description: `Fixture of the conformance suite: ${name}`,
    arguments: args.map((argument) => ({ name: argument, required: true })),
  },
  messages,
});

export const prompts = [
  prompt('test_simple_prompt', [], () => [user(text('This is a simple prompt for testing.'))]),
  prompt('test_prompt_with_arguments', ['arg1', 'arg2'], ({ arg1, arg2 }) => [
    user(text(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`)),
  ]),
  prompt('test_prompt_with_embedded_resource', ['resourceUri'], ({ resourceUri = '' }) => [
    user(textResource(resourceUri, 'text/plain', 'Embedded resource content for testing.')),
    user(text('Please process the embedded resource above.')),
  ]),
  prompt('test_prompt_with_image', [], () => [
    user({ type: 'image', data: PNG, mimeType: 'image/png' }),
    user(text('Please analyze the image above.')),
  ]),
];

/** The values that an argument of a prompt completes to. */
export const completions = (name: string | undefined, argument: string | undefined): readonly string[] | undefined =>
  name === 'test_prompt_with_arguments' && argument === 'arg1' ? ['paris', 'park', 'party'] : undefined;

/** Keywords of JSON Schema 2020-12 that must arrive unchanged. */
export const schemaTool = {
  name: 'json_schema_2020_12_tool',
  description: 'Tool with JSON Schema 2020-12 features',
  inputSchema: {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    $defs: {
      address: {
        $anchor: 'addressDef',
        type: 'object',
        properties: { street: { type: 'string' }, city: { type: 'string' } },
      },
    },
    properties: {
      name: { type: 'string' },
      address: { $ref: '#/$defs/address' },
      contactMethod: { type: 'string', enum: ['phone', 'email'] },
      phone: { type: 'string' },
      email: { type: 'string' },
    },
    allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
    if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: { required: ['phone'] },
    else: { required: ['email'] },
    additionalProperties: false,
  },
};
