import type { Patch } from '../patch.ts';
import { ajv } from './ajv.ts';
import { answersUnchanged } from './answers-unchanged.ts';
import { callTool } from './call-tool.ts';
import { conformance } from './conformance.ts';
import { errorMessages } from './error-messages.ts';
import { markers } from './markers.ts';
import { missingResource } from './missing-resource.ts';
import { notifications } from './notifications.ts';
import { ownSchemas } from './own-schemas.ts';
import { requestContext } from './request-context.ts';
import { types } from './types.ts';
import { validation } from './validation.ts';

/** In the order in which they are applied. */
export const patches: readonly Patch[] = [
  markers,
  requestContext,
  ownSchemas,
  answersUnchanged,
  errorMessages,
  missingResource,
  ajv,
  validation,
  callTool,
  notifications,
  conformance,
  types,
];
