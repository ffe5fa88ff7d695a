import { Checks } from '../checks.ts';
import { prepareProject } from '../host-project.ts';
import type { Installed } from '../packages.ts';
import type { InteropProgram } from '../program.ts';
import { type TurnHost, turnHosts } from './hosts.ts';
import { startScriptedModel } from './scripted-model.ts';

const MARIA = 'maria.lopez@northshoremed.example';

/** What the model calls, and a text that it must read in the result. */
const STEPS = [
  { tool: 'search_contacts', args: { query: 'maria', pageLimit: 1 }, text: 'Lopez' },
  { tool: 'get_contact_overview', args: { contactId: MARIA }, text: 'Lopez' },
  { tool: 'create_contact_note', args: { contactId: MARIA, body: 'Called.' }, text: 'Called.' },
  { tool: 'get_contact', args: { contactId: 'x'.repeat(20) }, text: 'There is no contact' },
];

/** A whole turn of a host with a model that calls tools by a script. */
async function runTurn(installed: Installed, host: TurnHost): Promise<string> {
  const steps = STEPS.map(({ tool, args }) => ({ tool: host.tool(tool), args: { ...args, ...host.extraArguments } }));
  const model = await startScriptedModel(host.format, steps);
  const { cwd, env } = await prepareProject(installed, 'turn', host.file, host.config(model.url));
  const options = { cwd, env: { ...env, ...host.env?.(model.url) } };
  const { code, stdout, stderr } = await installed.command(host.command, host.args('Who is Maria?'), options);
  model.close();
  const checks = new Checks();
  checks.expect('the exit code is 0', code === 0, `${code} ${stderr} ${stdout}`);
  for (const [i, { tool, text }] of STEPS.entries()) {
    const result = (model.results()[i] ?? '').replaceAll('\\"', '"');
    checks.expect(`the model reads the result of ${tool}`, result.includes(text), result);
    // Some hosts show both halves of a result unless they are the same.
    checks.expect(`the model reads the result of ${tool} once`, !isDoubled(result), result);
  }
  return `${STEPS.length} calls in a turn, ${checks.done()}`;
}

/** Whether a text has the same object twice. */
const isDoubled = (result: string): boolean => {
  const start = result.indexOf('{"');
  return start >= 0 && result.includes(result.slice(start, start + 60), start + 1);
};

export const turns: readonly InteropProgram[] = turnHosts.map((host) => ({
  name: `${host.command}-turn`,
  packages: host.packages,
  run: (installed) => runTurn(installed, host),
}));
