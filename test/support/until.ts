/** Waits for something that real sockets will bring about; fails with what it waited for. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, withinMs = 8_000): Promise<void> {
  const end = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`waited ${withinMs} ms in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
