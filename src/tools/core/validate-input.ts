import * as z from 'zod';
import type { ToolSpec } from '../../api/endpoint.ts';
import { UserError } from '../../lib/errors.ts';
import type { Json } from '../../lib/json.ts';
import { quoteForMessage } from '../../lib/text.ts';
import { readArguments } from './read-arguments.ts';

/**
 * Validates arguments by the tool's schema; `notice` says how they were read, where the model should know it.
 * @throws UserError that names every wrong argument and what is expected
 */
export function checkInput(tool: ToolSpec, given: unknown): { args: Json; notice?: string } {
  const { args, nulls } = readArguments(tool.input(), given);
  const notice = nullsNotice(tool, nulls);
  const parsed = tool.input().safeParse(args);
  if (parsed.success) return { args: parsed.data, ...(notice ? { notice } : {}) };
  const { issues } = parsed.error;
  // A text in place of an array has a length too.
  const wrongTypes = new Set(issues.flatMap(({ code, path }) => (code === 'invalid_type' ? path.join('.') : [])));
  const relevant = issues.filter(({ code, path }) => code === 'invalid_type' || !wrongTypes.has(path.join('.')));
  const problems = [...new Set(relevant.map((issue) => describeIssue(issue, args)))].slice(0, 8);
  const unknown = issues.some((issue) => issue.code === 'unrecognized_keys' && issue.path.length === 0);
  const takes = unknown ? ` ${tool.name} takes: ${Object.keys(tool.input().shape).join(', ') || 'no arguments'}.` : '';
  throw new UserError(`Nothing was sent. ${problems.join('; ')}.${takes}${notice ? ` ${notice}` : ''}`);
}

/** Arguments that are no fields of a record: null in them needs no notice. */
const NOT_FIELDS: ReadonlySet<string | undefined> = new Set([
  ...['contacts', 'query', 'filters', 'set', 'clear', 'unlinkBusiness', 'confirm', 'handle', 'rows', 'matchField'],
  ...['createNewIfDuplicateAllowed', 'removeAllTags', 'tasks', 'tag', 'dueFrom', 'dueTo'],
]);

/** Names the fields of a write that were null, since the caller may have meant to empty them. */
function nullsNotice(tool: ToolSpec, nulls: readonly string[]): string | undefined {
  if (nulls.length === 0 || (tool.effect !== 'create' && tool.effect !== 'update')) return undefined;
  const input = tool.input();
  // Where `set` has the changes, this chooses the records.
  const isChoice = (path: string) => path === 'assignedTo' && 'set' in input.shape;
  const isField = (path: string) =>
    !NOT_FIELDS.has(path.split('.').at(-1)) && !path.startsWith('filters[]') && !isChoice(path);
  const fields = nulls.filter(isField);
  if (fields.length === 0) return undefined;
  const isBusiness = (path: string) => /\bbusinessId$/.test(path);
  const other = 'unlinkBusiness' in input.shape ? '' : ' of bulk_update_contacts';
  return [
    `null means "not given" and was not applied: ${fields.join(', ')}.`,
    ...(fields.every(isBusiness) ? [] : howToEmpty(input, fields)),
    ...(fields.some(isBusiness) ? [`To unlink a business use unlinkBusiness: true${other}.`] : []),
  ].join(' ');
}

/** How a field is emptied, by the arguments of the tool; nothing where it cannot be. */
function howToEmpty({ shape }: z.ZodObject, fields: readonly string[]): string[] {
  if ('clear' in shape) return ['To empty a field name it in clear.'];
  if ('set' in shape) return 'addTags' in shape ? ['To empty a field name it in set.clear.'] : [];
  if ('firstName' in shape || 'rows' in shape) return ['To empty a field use update_contact with clear.'];
  const isText = (name: string) => shape[name] !== undefined && z.safeParse(shape[name], '').success;
  return fields.some(isText) ? ['To empty a text give "".'] : [];
}

/** One problem, by the name of the argument and never with its value. */
function describeIssue(issue: z.core.$ZodIssue, args: unknown): string {
  const name = issue.path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
  const absent = name !== '' && valueAt(args, issue.path) === undefined;
  if (absent && issue.code.startsWith('invalid_')) return `${name} is missing`;
  switch (issue.code) {
    case 'unrecognized_keys':
      return unknownArguments(issue.keys, name);
    case 'invalid_type':
      return `${name || 'The arguments'} must be ${withArticle(issue.expected)}`;
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

function unknownArguments(keys: readonly string[], parent: string): string {
  const where = parent && ` in ${parent}`;
  const why = keys.includes('locationId') ? ' (the server fills it in)' : '';
  return `Unknown argument ${keys.map(quoteForMessage).join(', ')}${where}${why}: remove it and try again`;
}

const measure = (origin: string): string =>
  origin === 'string' ? 'have a length of' : origin === 'array' ? 'have a number of items of' : 'be';
const withArticle = (type: string): string =>
  type === 'int' ? 'a whole number' : /^[aeio]/.test(type) ? `an ${type}` : `a ${type}`;
const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key], value);
