import * as z from 'zod';
import type { ToolFace } from '../../api/endpoint.ts';
import { UserError } from '../../lib/errors.ts';
import type { Json } from '../../lib/json.ts';
import { quoteForMessage } from '../../lib/text.ts';
import { readArguments } from './read-arguments.ts';

export interface CheckedInput {
  readonly args: Json;
  /** What the model should know about how its arguments were read. */
  readonly notice?: string;
}

/** Arguments checked against the record. @throws UserError that names every wrong argument and what is expected */
export function checkInput(tool: ToolFace, given: unknown): CheckedInput {
  const { args, nulls } = readArguments(tool.input, given);
  const notice = aboutNulls(tool, nulls);
  const parsed = tool.input.safeParse(args);
  if (parsed.success) return { args: parsed.data, ...(notice ? { notice } : {}) };
  const problems = [...new Set(parsed.error.issues.map((issue) => problem(issue, args)))];
  const unknown = parsed.error.issues.some((issue) => issue.code === 'unrecognized_keys' && issue.path.length === 0);
  const takes = unknown ? ` ${tool.name} takes: ${Object.keys(tool.input.shape).join(', ') || 'no arguments'}.` : '';
  throw new UserError(`Nothing was sent. ${problems.slice(0, 8).join('; ')}.${takes}${notice ? ` ${notice}` : ''}`);
}

/** Arguments that steer a call and hold nothing that could be emptied: that they were null needs no word. */
const STEERING: ReadonlySet<string> = new Set([
  ...['contacts', 'query', 'filters', 'set', 'clear', 'unlinkBusiness', 'confirm', 'handle', 'rows', 'matchField'],
  ...['createNewIfDuplicateAllowed', 'removeAllTags'],
]);

/** Names the nulls of a write, since somebody may have meant to empty those fields. */
function aboutNulls({ input, effect }: ToolFace, nulls: readonly string[]): string | undefined {
  if (effect !== 'create' && effect !== 'update') return undefined;
  const isField = (path: string) => !STEERING.has(path.split('.').at(-1) ?? '') && !path.startsWith('filters[]');
  const fields = nulls.filter(isField);
  if (fields.length === 0) return undefined;
  const takes = (name: string) => Object.hasOwn(input.shape, name);
  const isBusiness = (path: string) => /\bbusinessId$/.test(path);
  return [
    `null means "not given" and was not applied: ${fields.join(', ')}.`,
    ...(fields.every(isBusiness) ? [] : emptying(input, fields)),
    ...(fields.some(isBusiness)
      ? [`To unlink a business use unlinkBusiness: true${takes('unlinkBusiness') ? '' : ' of bulk_update_contacts'}.`]
      : []),
  ].join(' ');
}

/** How a field is emptied, by what a tool takes; nothing where none of these can be. */
function emptying({ shape }: ToolFace['input'], fields: readonly string[]): string[] {
  if ('clear' in shape) return ['To empty a field name it in clear.'];
  if ('set' in shape) return ['To empty a field name it in set.clear.'];
  if ('firstName' in shape || 'rows' in shape) return ['To empty a field use update_contact with clear.'];
  const isText = (name: string) => shape[name] !== undefined && z.safeParse(shape[name], '').success;
  return fields.some(isText) ? ['To empty a text give "".'] : [];
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
      return `Unknown argument ${issue.keys.map((key) => quoteForMessage(key)).join(', ')}${name && ` in ${name}`}${issue.keys.includes('locationId') ? ' (the server fills it in)' : ''}: remove it and try again`;
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
  type === 'int' ? 'a whole number' : /^[aeio]/.test(type) ? `an ${type}` : `a ${type}`;
const at = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key], value);
