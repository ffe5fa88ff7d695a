import type { MiddlewareHandler } from 'hono';
import { isRecord } from '../validation.ts';
import { FAULT_PRESETS, type Fault, type FaultRule, isFaultPreset } from './fault.ts';
import { ConnectionResetError, corruptedResponse, faultResponse, hang } from './responses.ts';

const FAULT_KEYS = ['status', 'body', 'headers', 'connection', 'strikes', 'delayMs', 'answer'];

/** The active rules, and how many requests each has matched. */
export class Faults {
  #rules: readonly (FaultRule & { matches: number; pattern: RegExp })[] = [];
  readonly #wait: (ms: number) => Promise<void>;

  constructor(wait: (ms: number) => Promise<void>) {
    this.#wait = wait;
  }

  set(rules: readonly FaultRule[]): void {
    this.#rules = rules.map((rule) => ({ ...rule, matches: 0, pattern: patternOf(rule.route) }));
  }

  /** The fault of the first rule that applies to this request. */
  #faultFor(method: string, path: string): Fault | undefined {
    const request = `${method} ${path.replace(/(.)\/$/, '$1')}`;
    const matching = this.#rules.filter(({ pattern }) => pattern.test(request));
    for (const rule of matching) rule.matches += 1;
    const fault = matching.find(({ nth, matches }) => nth === undefined || [nth].flat().includes(matches))?.fault;
    return typeof fault === 'string' ? FAULT_PRESETS[fault] : fault;
  }

  readonly middleware: MiddlewareHandler = async (c, next) => {
    const fault = this.#faultFor(c.req.method, new URL(c.req.url).pathname);
    if (!fault) return next();
    const handled = fault.strikes === 'after' || fault.answer !== undefined;
    if (handled) await next();
    if (fault.delayMs) await this.#wait(fault.delayMs);
    if (fault.connection === 'cut') throw new ConnectionResetError('the connection was cut');
    if (fault.connection === 'hang') await hang(c.req.raw.signal);
    if (fault.answer) c.res = await corruptedResponse(c.res, fault.answer, this.#wait);
    else if (fault.status !== undefined) c.res = faultResponse(fault);
    else if (!handled) await next();
    return undefined;
  };
}

const patternOf = (route: string): RegExp =>
  route === '*' ? /./ : new RegExp(`^${route.replace(/(.)\/$/, '$1').replace(/\{\w+\}/g, '[^/]+')}$`);

/** Validates a list of fault rules. @throws Error with one sentence that names the rule and the problem */
export function parseFaults(json: unknown): FaultRule[] {
  if (!Array.isArray(json)) throw new Error('faults must be a list of {"route", "nth", "fault"}');
  return json.map((rule, index) => parseFaultRule(rule, `fault ${index + 1}`));
}

function parseFaultRule(rule: unknown, where: string): FaultRule {
  if (!isRecord(rule) || typeof rule.route !== 'string')
    throw new Error(`${where} has no route such as "POST /contacts/" or "*"`);
  const nth: unknown[] = [rule.nth ?? []].flat();
  if (!nth.every(isPositiveInteger)) throw new Error(`${where}: nth must be a number from 1 on, or a list of them`);
  return { route: rule.route, fault: parseFault(rule.fault, where), ...(rule.nth !== undefined && { nth }) };
}

function parseFault(fault: unknown, where: string): FaultRule['fault'] {
  if (typeof fault === 'string') {
    if (isFaultPreset(fault)) return fault;
    const presets = Object.keys(FAULT_PRESETS).join(', ');
    throw new Error(`${where}: ${JSON.stringify(fault)} is none of the presets ${presets}`);
  }
  if (!isRecord(fault)) throw new Error(`${where} has no fault`);
  const unknownKey = Object.keys(fault).find((key) => !FAULT_KEYS.includes(key));
  if (unknownKey === undefined) return fault;
  throw new Error(`${where}: ${JSON.stringify(unknownKey)} is none of ${FAULT_KEYS.join(', ')}`);
}

const isPositiveInteger = (value: unknown): value is number => Number.isInteger(value) && Number(value) > 0;
