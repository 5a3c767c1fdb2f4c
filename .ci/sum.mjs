/**
 * Adds up the steps of `.ci/run` and the tests of Vitest's JSON reports, and prints the closing line.
 * Usage: sum.mjs STEPS_PASSED STEPS_FAILED REPORT...
 *
 * A test that was skipped, a file that could not be run and a report that is not there each count as one failure.
 */
import { readFileSync } from 'node:fs';

const [stepsPassed, stepsFailed, ...reports] = process.argv.slice(2);
const total = { passed: Number(stepsPassed), failed: Number(stepsFailed) };

for (const path of reports) {
  const { passed, failed } = countsOf(path);
  total.passed += passed;
  total.failed += failed;
}
process.stdout.write(`\n${total.passed} passed, ${total.failed} failed\n`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;

function countsOf(path) {
  const report = read(path);
  if (!report) return { passed: 0, failed: 1 };
  const { numTotalTests, numPassedTests, success, testResults } = report;
  const unrun = testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
  const failed = numTotalTests - numPassedTests + unrun.length;
  // Errors outside of any test make a run fail, too.
  return { passed: numPassedTests, failed: failed === 0 && !(success && numTotalTests > 0) ? 1 : failed };
}

function read(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    process.stderr.write(`No report of a suite: ${error.message}\n`);
    return undefined;
  }
}
