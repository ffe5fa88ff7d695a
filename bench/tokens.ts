import { encode } from 'gpt-tokenizer/encoding/o200k_base';
import { advertised } from '../src/advertise.ts';
import type { ToolFace } from '../src/endpoint.ts';
import { tools } from '../src/tools/index.ts';

/** o200k tokens of a value as JSON, or of a text as it is. */
export const tokens = (value: unknown): number =>
  encode(typeof value === 'string' ? value : JSON.stringify(value)).length;

const shown = tools.map((tool) => ({ tool, face: advertised(tool) }));
const read = (wanted: (tool: ToolFace & { family: string }) => boolean) =>
  shown
    .filter(({ tool }) => wanted(tool))
    .map(({ face: { name, description, inputSchema } }) => ({ name, description, inputSchema }));

export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly bound: number;
}

/** What a model reads of the tool list: names, descriptions, input schemas; output schemas on a line of their own. */
export const listFigures = (): Figure[] => [
  {
    what: 'the 32 endpoints of the Contacts API',
    value: tokens(read((tool) => tool.family !== 'lookups')),
    bound: 4_500,
  },
  {
    what: 'the ten reads',
    value: tokens(read((tool) => tool.family !== 'lookups' && tool.effect === 'read')),
    bound: 1_300,
  },
  { what: 'the nine lookups', value: tokens(read((tool) => tool.family === 'lookups')), bound: 700 },
  { what: 'the output schemas of all', value: tokens(shown.map(({ face }) => face.outputSchema)), bound: 1_000 },
];
