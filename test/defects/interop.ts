import type { Defect } from './defect.ts';

/** Defects of the report `interop`, by its numbering. */
export const interop: readonly Defect[] = [
  {
    item: 1,
    what: 'resource_link in tool results makes hosts discard the whole answer',
    tests: [
      [
        'test/tools/core/tool-result.test.ts',
        'the text of every result equals its structured half byte for byte, and there is no other content',
      ],
    ],
  },
  {
    item: 2,
    what: 'Gemini CLI adds wait_for_previous to every call',
    tests: [
      ['test/tools/core/read-arguments.test.ts', 'the argument %s that a host adds to every call is not rejected'],
    ],
  },
  {
    item: 3,
    what: 'A lone surrogate in a message stops hosts',
    tests: [
      ['test/mcp/well-formed.test.ts', 'with halves in the messages of the CRM and the host'],
      ['test/mcp/well-formed.test.ts', 'a label such as %s is truncated between characters'],
    ],
  },
  {
    item: 4,
    what: 'Copilot CLI shows both halves of a result unless they are the same text',
    tests: [
      [
        'test/tools/core/tool-result.test.ts',
        'the text of every result equals its structured half byte for byte, and there is no other content',
      ],
    ],
  },
  {
    item: 5,
    what: 'businessId: null unlinks the business of many contacts',
    tests: [['test/tools/core/read-arguments.test.ts', 'businessId null unlinks no contact; unlinkBusiness does']],
  },
  {
    item: 6,
    what: 'null for an optional argument is rejected',
    tests: [
      [
        'test/tools/core/read-arguments.test.ts',
        'every tool returns the same with null for arguments not given, and with arguments that hosts add',
      ],
      [
        'test/tools/core/read-arguments.test.ts',
        'null for all arguments means none, and JSON text of all of them is parsed',
      ],
      ['test/tools/core/read-arguments.test.ts', '%s names the nulls it did not apply'],
    ],
  },
  {
    item: 7,
    what: 'LangChain flattens a union with an object branch',
    tests: [['test/tools/core/tool-schema.test.ts', '%s: its input schema has no construct that hosts misread']],
  },
  {
    item: 8,
    what: 'outputSchema declares some root keys and not others',
    tests: [
      ['test/tools/core/outputs.test.ts', 'every root key of a result is declared in the output schema of its tool'],
    ],
  },
  {
    item: 9,
    what: 'JSON text in place of an array or object is rejected',
    tests: [
      [
        'test/tools/core/read-arguments.test.ts',
        'every tool returns the same with JSON text for lists, objects, numbers and booleans',
      ],
    ],
  },
  {
    item: 10,
    what: 'Free-form objects in input schemas',
    tests: [['test/tools/core/tool-schema.test.ts', '%s declares the properties of its lists and objects']],
  },
  {
    item: 11,
    what: 'Error text "an int", data.uri of a missing resource, numbers in place of text',
    tests: [
      ['test/resources/resources.test.ts', 'a contact that does not exist is reported as missing'],
      ['test/tools/core/validate-input.test.ts', 'limit must be a whole number'],
      [
        'test/tools/core/read-arguments.test.ts',
        'numbers are accepted as text for phones, postal codes and custom values, but not for ids',
      ],
    ],
  },
];
