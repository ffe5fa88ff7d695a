/** One line of the report. A failure says how to fix it; `bad` means that the server would not work. */
export interface Finding {
  readonly what: string;
  readonly state: 'ok' | 'note' | 'bad';
  readonly message: string;
}

const finding =
  (state: Finding['state']) =>
  (what: string, message: string): Finding => ({ what, state, message });

export const ok = finding('ok');
export const note = finding('note');
export const bad = finding('bad');
