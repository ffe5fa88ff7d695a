import { isRecord, type Json, recordIn } from '../../../lib/json.ts';

/** Channels that an update takes. Others, such as RCS, are refused. */
const CHANNELS: readonly string[] = ['Call', 'Email', 'SMS', 'WhatsApp', 'GMB', 'FB'];

/** How strictly a channel is blocked. */
const strictness = (setting: unknown): number => {
  const { status } = isRecord(setting) ? setting : {};
  return status === 'permanent' ? 2 : status === 'active' ? 1 : 0;
};

/** What the kept contact lacks of the other one's do-not-disturb settings: the stricter of two counts. */
export interface OptOuts {
  /** Arguments of an update; empty if nothing is missing. */
  readonly fields: Json;
  /** For people: `all channels`, `SMS`, `inbound`. */
  readonly names: readonly string[];
  /** Channels that no request can set. */
  readonly unsettable: readonly string[];
}

export function missingOptOuts(kept: Json, removed: Json): OptOuts {
  const [own, others] = [recordIn(kept, 'dndSettings') ?? {}, recordIn(removed, 'dndSettings') ?? {}];
  const isStricter = (channel: string) => strictness(others[channel]) > strictness(own[channel]);
  const stricter = CHANNELS.filter(isStricter);
  const all = removed.dnd === true && kept.dnd !== true;
  const inbound = strictness(inboundOf(removed)) > strictness(inboundOf(kept));
  // All known channels are sent, in case an update replaces them as a whole.
  const channels = CHANNELS.flatMap((channel) => {
    const setting = stricter.includes(channel) ? others[channel] : own[channel];
    return isRecord(setting) ? [[channel, writable(setting)]] : [];
  });
  return {
    fields: {
      ...(all ? { dnd: true } : {}),
      ...(stricter.length > 0 ? { dndSettings: Object.fromEntries(channels) } : {}),
      ...(inbound ? { inboundDndSettings: { all: { status: 'active' } } } : {}),
    },
    names: [...(all ? ['all channels'] : []), ...stricter, ...(inbound ? ['inbound'] : [])],
    unsettable: Object.keys(others).filter((channel) => !CHANNELS.includes(channel) && isStricter(channel)),
  };
}

const inboundOf = (contact: Json): unknown => recordIn(contact, 'inboundDndSettings')?.all;

const writable = ({ status, message, code }: Json): Json =>
  Object.fromEntries(Object.entries({ status, message, code }).filter(([, value]) => typeof value === 'string'));
