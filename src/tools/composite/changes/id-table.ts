import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { isId } from '../../../api/endpoint.ts';

/** Bytes that a set may have: a bit for each id of the table. A stored one that is longer was not written here. */
const MAX_BITMAP_BYTES = 1_000_000;

/**
 * Ids as the state file has them: each one once, in a text, and a set of them as one bit for each. Ten cursors of a location
 * with 100,000 contacts take little more than one.
 */
export class IdTable {
  readonly #ids: string[];
  #positions: Map<string, number> | undefined;

  /** @param text the `text` of a table; ids that are none keep their place and are never given */
  constructor(text = '') {
    this.#ids = text === '' ? [] : text.split(' ');
  }

  get size(): number {
    return this.#ids.length;
  }

  /** A set of ids as text; the ids that the table lacks are added to it. */
  encode(ids: Iterable<string>): string {
    this.#positions ??= new Map(this.#ids.map((id, at) => [id, at]));
    const positions = [...ids].map((id) => this.#positionOf(id));
    const bits = Buffer.alloc(Math.ceil(this.#ids.length / 8));
    for (const at of positions) bits[at >> 3] = (bits[at >> 3] ?? 0) | (1 << (at & 7));
    return deflateRawSync(bits).toString('base64');
  }

  /** @throws Error for a text that `encode` did not give */
  decode(text: string): Set<string> {
    const bits = inflateRawSync(Buffer.from(text, 'base64'), { maxOutputLength: MAX_BITMAP_BYTES });
    const isIn = (at: number) => ((bits[at >> 3] ?? 0) & (1 << (at & 7))) !== 0;
    return new Set(this.#ids.filter((id, at) => isIn(at) && isId(id)));
  }

  get text(): string {
    return this.#ids.join(' ');
  }

  #positionOf(id: string): number {
    const known = this.#positions?.get(id);
    if (known !== undefined) return known;
    this.#positions?.set(id, this.#ids.length);
    return this.#ids.push(id) - 1;
  }
}
