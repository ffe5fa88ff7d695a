import { myGadgetRepairs } from './my-gadget-repairs.ts';
import { ptDistinction } from './pt-distinction.ts';
import { tenantTurner } from './tenant-turner.ts';
import { thunderTix } from './thunder-tix.ts';
import { touchSms } from './touch-sms.ts';

export const systems = [thunderTix, ptDistinction, myGadgetRepairs, touchSms, tenantTurner] as const;
