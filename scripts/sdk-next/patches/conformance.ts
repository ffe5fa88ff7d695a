import type { Patch } from '../patch.ts';

const FIXTURE = 'scripts/interop/conformance/fixture-tools.ts';

export const conformance: Patch = {
  reason: 'the fixture of the conformance suite sends through `ctx.mcpReq`',
  edits: [
    { in: FIXTURE, find: 'elicit({ sendRequest }: FixtureExtra', replace: 'elicit({ mcpReq }: FixtureExtra' },
    { in: FIXTURE, find: 'await sendRequest(request, Elicit', replace: 'await mcpReq.send(request, Elicit' },
    { in: FIXTURE, find: 'await sendRequest(request, Create', replace: 'await mcpReq.send(request, Create' },
    { in: FIXTURE, find: ', { sendRequest }) =>', replace: ', { mcpReq }) =>' },
    { in: FIXTURE, find: ', { sendNotification }) =>', replace: ', { mcpReq }) =>' },
    {
      in: FIXTURE,
      find: ', { sendNotification, _meta }) => {\n    const progressToken = _meta?',
      replace: ', { mcpReq }) => {\n    const progressToken = mcpReq._meta?',
    },
    { in: FIXTURE, find: /await sendNotification\(/g, replace: 'await mcpReq.notify(' },
  ],
};
