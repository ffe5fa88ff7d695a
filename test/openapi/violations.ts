import { parseJson } from '../../src/api/transport/body.ts';
import type { Operation } from './description.ts';
import type { Exchange } from './exchange.ts';
import { at, finding, typeOf } from './findings.ts';

interface Violation {
  readonly location: readonly string[];
  readonly code: string | number;
  readonly message: string;
}
interface Problem {
  readonly type?: string;
  readonly title?: string;
  readonly validation?: readonly Violation[];
}

/** Distinct violations of a request: those Prism reports, and undeclared query parameters, which it ignores. */
export function violations({ headers, answer, body, url }: Exchange, { parameters = [] }: Operation): string[] {
  const listed = headers['sl-violations'] ?? '[]';
  const inHeader = parseJson(listed) as Violation[] | undefined;
  // Prism truncates a long list, which is then not JSON.
  if (!inHeader) return [`request: ${listed.slice(0, 200)}`];
  const problem = answer as Problem | undefined;
  const unmatched = problem?.type?.includes('/prism/errors') && !problem.validation;
  const declared = parameters.filter((each) => each.in === 'query').map(({ name }) => name);
  const undeclared = [...url.searchParams.keys()].filter((name) => !declared.includes(name));
  return [
    ...new Set([
      ...(unmatched ? [`request: ${problem?.title}`] : []),
      ...relevant([...inHeader, ...(problem?.validation ?? [])]).map((violation) => toFinding(violation, body)),
      ...undeclared.map((name) => `query.${name}: undeclared`),
    ]),
  ];
}

/** Violations of the request; where no branch of `anyOf` matches, without the violations of each branch. */
function relevant(all: readonly Violation[]): Violation[] {
  const ofRequest = all.filter(({ location }) => location[0] === 'request');
  const unmatched = ofRequest.filter(({ code }) => code === 'anyOf').map(dotted);
  return ofRequest.filter((each) => each.code === 'anyOf' || !unmatched.some((path) => dotted(each).startsWith(path)));
}

const dotted = ({ location }: Violation) => `${location.join('.')}.`;

function toFinding({ location, code, message }: Violation, sent: unknown): string {
  const path = location.slice(1);
  const name = /'([^']+)'$/.exec(message)?.[1];
  if (code === 'required' && name) return finding([...path, name], 'missing');
  if (code === 'additionalProperties' && name) return finding([...path, name], 'undeclared');
  if (code === 'anyOf' || (code === 'type' && path[0] === 'body'))
    return finding(path, `${typeOf(at({ body: sent }, path))} refused`);
  return finding(path.length > 0 ? path : ['request'], message);
}
