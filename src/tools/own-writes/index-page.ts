import type { Json } from '../../lib/json.ts';
import type { PageStart, Position } from '../core/own-cursor.ts';
import { rowOf } from '../core/row-shape.ts';
import { isBefore, type Order } from './order.ts';

/** Which part of a list some rows of the index are. */
export interface Part extends PageStart {
  /** True where the index has no row before them, or none after them. */
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

/** Rows of the index that follow each other in a list. */
export class IndexPage {
  readonly part: Part;
  readonly rows: readonly { readonly row: Json; readonly position: Position | undefined }[];
  readonly ids: ReadonlySet<unknown>;
  /** False where HighLevel lists in an order that is not known here. */
  readonly isOrdered: boolean;
  readonly #order: Order | undefined;

  constructor(rows: readonly Json[], part: Part, order: Order | undefined) {
    this.part = part;
    this.rows = rows.map((row) => ({ row, position: order?.positionOf(rowOf.contact(row)) }));
    this.ids = new Set(rows.map(({ id }) => id));
    this.isOrdered = this.rows.every(
      ({ position }, at) => at === 0 || isBefore(this.rows[at - 1]?.position, position, order),
    );
    this.#order = order;
  }

  /** True if the index has no other rows for this list. */
  get isAll(): boolean {
    return this.part.isFirst && this.part.isLast;
  }

  /** Whether the index would have shown a row with this position here. */
  covers(position: Position | undefined): boolean {
    return this.isAll || (this.isOrdered && this.#isBetween(this.part.cursor, position));
  }

  /** Whether a row that the index lacks belongs here. Where the order is not known, such rows come first of all. */
  takes(position: Position | undefined): boolean {
    const { cursor, shown, isFirst } = this.part;
    if (this.isOrdered) return this.#isBetween(shown ?? cursor, position);
    return isFirst && (shown === undefined || isBefore(shown, position, this.#order));
  }

  #isBetween(after: Position | undefined, position: Position | undefined): boolean {
    const { isFirst, isLast } = this.part;
    const from = after ?? (isFirst ? undefined : this.rows[0]?.position);
    if (from ? !isBefore(from, position, this.#order) : !isFirst) return false;
    return isLast || isBefore(position, this.rows.at(-1)?.position, this.#order);
  }
}
