const FIRST_AFTER_MS = 2_000;
const NEXT_AFTER_MS = 10_000;

/**
 * Does `work` and shows, once it takes more than 2 s, that it goes on: on a terminal in one line that counts the seconds, in
 * a log by a line now and then. `work` gets a function that takes the latest detail.
 */
export async function withProgress(title, work) {
  const { stdout } = process;
  const started = Date.now();
  let detail = "";
  let due = FIRST_AFTER_MS;
  const show = () => {
    const elapsed = Date.now() - started;
    if (elapsed < due) return;
    if (!stdout.isTTY) due += NEXT_AFTER_MS;
    const line = `  … ${title}, ${Math.round(elapsed / 1000)} s${detail && `: ${detail}`}`;
    stdout.write(stdout.isTTY ? `\r\x1b[K${line.slice(0, stdout.columns - 1)}` : `${line}\n`);
  };
  const timer = setInterval(show, 500);
  try {
    return await work((latest) => {
      detail = latest.trim();
    });
  } finally {
    clearInterval(timer);
    if (stdout.isTTY) stdout.write("\r\x1b[K");
  }
}
