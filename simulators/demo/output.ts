import { alarmLine, type ScreenState, screen } from './screen.ts';
import type { Say } from './words.ts';

/** Where the demo shows itself: a screen that is drawn anew each second on a terminal, plain lines elsewhere. */
export interface Output {
  readonly note: (text: string) => void;
  readonly scene: (name: string) => void;
  readonly alarm: (alarm: ScreenState['alarms'][number]) => void;
  /** Shows the state from now on; returns what ends it. */
  readonly every: (state: () => ScreenState) => () => void;
  readonly end: (lines: readonly string[]) => void;
}

/** Without a terminal the whole table comes this often. */
const tableEverySeconds = 15;

export function output(say: Say): Output {
  const terminal = process.stdout.isTTY;
  const notes: string[] = [];
  const print = (line: string): void => void process.stdout.write(`${line}\n`);
  const draw = (state: ScreenState): void => {
    const lines = [...screen(state, say, (process.stdout.rows ?? 40) - 6), '', ...notes.slice(-3), say('quit')];
    process.stdout.write(`\u001b[H${lines.map((line) => `${line}\u001b[K`).join('\n')}\u001b[J`);
  };
  return {
    note: (text) => {
      if (terminal) notes.push(text);
      else print(text);
    },
    scene: (name) => {
      if (!terminal) print(`\n== ${name}`);
    },
    alarm: (alarm) => {
      if (!terminal) print(alarmLine(alarm, say));
    },
    every(state) {
      if (terminal) process.stdout.write('\u001b[2J');
      let tick = 0;
      const timer = setInterval(() => {
        const now = state();
        if (terminal) draw(now);
        else if (tick++ % tableEverySeconds === 0) for (const line of screen(now, say, 40)) print(line);
      }, 1_000);
      return () => clearInterval(timer);
    },
    end: (lines) => {
      if (terminal) process.stdout.write('\u001b[2J\u001b[H');
      for (const line of lines) print(line);
    },
  };
}
