import type * as z from 'zod';
import type { Json, ToolFace } from './endpoint.ts';
import { UserError } from './errors.ts';
import { quoted } from './untrusted.ts';

/** Arguments checked against the record. @throws UserError that names every wrong argument and what is expected */
export function checkInput(tool: ToolFace, args: unknown): Json {
  const parsed = tool.input.safeParse(args ?? {});
  if (parsed.success) return parsed.data;
  const problems = [...new Set(parsed.error.issues.map((issue) => problem(issue, args)))];
  const unknown = parsed.error.issues.some((issue) => issue.code === 'unrecognized_keys' && issue.path.length === 0);
  const takes = unknown ? ` ${tool.name} takes: ${Object.keys(tool.input.shape).join(', ') || 'no arguments'}.` : '';
  throw new UserError(`Nothing was sent. ${problems.slice(0, 8).join('; ')}.${takes}`);
}

/** One problem, by the argument's name and never with its value. */
function problem(issue: z.core.$ZodIssue, args: unknown): string {
  const name = issue.path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
  const absent = name !== '' && at(args, issue.path) === undefined;
  if (absent && issue.code.startsWith('invalid_')) return `${name} is missing`;
  switch (issue.code) {
    case 'unrecognized_keys':
      return `Unknown argument ${issue.keys.map((key) => quoted(key)).join(', ')}${name && ` in ${name}`}${issue.keys.includes('locationId') ? ' (the server fills it in)' : ''}: remove it and try again`;
    case 'invalid_type':
      return `${name || 'The arguments'} must be ${article(issue.expected)}`;
    case 'invalid_value':
      return `${name} must be one of ${issue.values.join(', ')}`;
    case 'too_big':
      return `${name} must ${measure(issue.origin)} at most ${issue.maximum}`;
    case 'too_small':
      return issue.message.startsWith('must')
        ? `${name} ${issue.message}`
        : `${name} must ${measure(issue.origin)} at least ${issue.minimum}`;
    case 'invalid_union':
      return `${name} has a value of the wrong kind`;
    default:
      return name ? `${name} ${issue.message}` : issue.message;
  }
}

const measure = (origin: string): string =>
  origin === 'string' ? 'have a length of' : origin === 'array' ? 'have a number of items of' : 'be';
const article = (type: string): string =>
  /^[aeio]/.test(type) ? `an ${type}` : type === 'int' ? 'a whole number' : `a ${type}`;
const at = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key], value);
