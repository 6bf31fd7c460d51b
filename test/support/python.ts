import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';

/** Debian's Python: modules that tests need are Debian packages. */
export const python = '/usr/bin/python3';

/**
 * Whether Debian's Python has these modules, so that a test can be skipped where it has not. On CI nothing is skipped.
 * @throws Error when `CI` is set and one is missing.
 */
export async function hasPythonModules(...modules: readonly string[]): Promise<boolean> {
  try {
    await promisify(execFile)(python, ['-c', `import ${modules.join(', ')}`]);
    return true;
  } catch (cause) {
    if (process.env['CI'])
      throw new Error(`apt-get install ${modules.map((m) => `python3-${m}`).join(' ')}`, { cause });
    return false;
  }
}

/** Runs a program with these lines of input to its end. */
export function runPython(
  args: readonly string[],
  input: string,
): Promise<{ readonly out: string; readonly err: string }> {
  const child = spawn(python, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  child.stdin.end(input);
  return new Promise((resolve) => child.once('close', () => resolve({ out, err })));
}
