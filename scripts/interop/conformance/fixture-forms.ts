// The forms that the elicitation scenarios of the MCP conformance suite expect.

/** A field of each type with a default (SEP-1034). */
export const fieldsWithDefaults = {
  name: { type: 'string', description: 'User name', default: 'John Doe' },
  age: { type: 'integer', description: 'User age', default: 30 },
  score: { type: 'number', description: 'User score', default: 95.5 },
  status: {
    type: 'string',
    description: 'User status',
    enum: ['active', 'inactive', 'pending'],
    default: 'active',
  },
  verified: { type: 'boolean', description: 'Verification status', default: true },
};

const options = ['option1', 'option2', 'option3'];
const titledOptions = ['First', 'Second', 'Third'].map((title, i) => ({
  const: `value${i + 1}`,
  title: `${title} Option`,
}));

/** Each way to offer choices (SEP-1330). */
export const choices = {
  untitledSingle: { type: 'string', description: 'Select one option', enum: options },
  titledSingle: { type: 'string', description: 'Select one option with titles', oneOf: titledOptions },
  legacyEnum: {
    type: 'string',
    description: 'Select one option (legacy)',
    enum: ['opt1', 'opt2', 'opt3'],
    enumNames: ['Option One', 'Option Two', 'Option Three'],
  },
  untitledMulti: {
    type: 'array',
    description: 'Select multiple options',
    minItems: 1,
    maxItems: 3,
    items: { type: 'string', enum: options },
  },
  titledMulti: {
    type: 'array',
    description: 'Select multiple options with titles',
    minItems: 1,
    maxItems: 3,
    items: { anyOf: titledOptions },
  },
};
