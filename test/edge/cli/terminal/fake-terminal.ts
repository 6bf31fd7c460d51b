import type { Terminal } from '../../../../edge/cli/terminal/terminal.ts';

export type FakeTerminal = Terminal & {
  said(): { readonly out: string; readonly err: string };
  /** Ctrl-C. */
  stop(): void;
};

/** A terminal that remembers. `answers`: what the person types, in order; without them nobody can answer. */
export function fakeTerminal(answers?: readonly (string | (() => string))[]): FakeTerminal {
  const left = [...(answers ?? [])];
  const control = new AbortController();
  let out = '';
  let err = '';
  return {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    isScreen: false,
    signal: control.signal,
    ...(answers && {
      ask: () => {
        const next = left.shift();
        return Promise.resolve(typeof next === 'function' ? next() : next);
      },
    }),
    said: () => ({ out, err }),
    stop: () => control.abort(new Error('SIGINT')),
  };
}
