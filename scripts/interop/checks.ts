/** A program that cannot run here. The message is a sentence that says why. */
export class SkippedError extends Error {
  /** Whether nothing here can be changed so that it runs: a strict run accepts that. */
  readonly isInevitable: boolean;

  constructor(message: string, options: { readonly isInevitable: boolean }) {
    super(message);
    this.isInevitable = options.isInevitable;
  }
}

/** Collects what a program rejects, so that one run shows everything. */
export class Checks {
  private count = 0;
  private readonly failures: string[] = [];

  /** Records a failure unless the value is true. `detail` is shown, shortened. */
  expect(what: string, isMet: boolean, detail?: unknown): void {
    this.count += 1;
    if (!isMet) this.failures.push(`${what}${detail === undefined ? '' : `: ${shorten(detail)}`}`);
  }

  /** Records a failure if the work throws. Returns its result, or undefined. */
  async succeeds<T>(what: string, work: () => Promise<T> | T): Promise<T | undefined> {
    this.count += 1;
    try {
      return await work();
    } catch (error) {
      this.failures.push(`${what}: ${shorten(messageOf(error))}`);
      return undefined;
    }
  }

  /** How many checks were made. @throws Error that lists the failures */
  done(): string {
    if (this.failures.length > 0) throw new Error(this.failures.join('\n'));
    return `${this.count} checks`;
  }
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const MAX_DETAIL = 400;
const shorten = (detail: unknown): string => {
  const text = typeof detail === 'string' ? detail : (JSON.stringify(detail) ?? 'undefined');
  return text.length > MAX_DETAIL ? `${text.slice(0, MAX_DETAIL)}…` : text;
};
