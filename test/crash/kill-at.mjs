/**
 * Preloaded into a pull on a local ledger (`node --import`): kills the process, as the power would, right before its
 * n-th write to the disk. `KILL_AT` is n, from 1; `KILL_LOG` a file that is told the name of every step.
 */
import { appendFileSync } from 'node:fs';
import files from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

const killAt = Number(process.env.KILL_AT);
const log = process.env.KILL_LOG;
let steps = 0;

function isLast(name) {
  steps += 1;
  if (log) appendFileSync(log, `${name}\n`);
  return steps === killAt;
}

function die() {
  process.kill(process.pid, 'SIGKILL');
}

function dieBefore(holder, name, concerns = () => true) {
  const original = holder[name];
  holder[name] = function step(...args) {
    if (concerns(...args) && isLast(name)) die();
    return original.apply(this, args);
  };
}

const anyFile = await files.open(process.execPath);
const handles = Object.getPrototypeOf(anyFile);
await anyFile.close();

dieBefore(files, 'mkdir');
dieBefore(files, 'open', (_path, flags) => flags === 'wx');
dieBefore(files, 'rename');
dieBefore(handles, 'sync');

const writeFile = handles.writeFile;
handles.writeFile = async function writeHalf(bytes) {
  if (isLast('writeFile: nothing of it')) die();
  if (isLast('writeFile: half of it')) {
    await writeFile.call(this, bytes.subarray(0, bytes.length >> 1));
    die();
  }
  return writeFile.call(this, bytes);
};

syncBuiltinESMExports();
