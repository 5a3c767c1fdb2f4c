import { expect, it } from 'vitest';
import { openClinic } from '../clinic.ts';

it('the calibration asks five times a second at the most, unless told otherwise', async () => {
  const clinic = await openClinic({ summaries: 100 });
  const begun = performance.now();
  await clinic.examine(['--calibrate', '--kind', 'copy', '--page-size', '5']);
  const seconds = (performance.now() - begun) / 1000;
  const { total } = clinic.trial.simulator.requests;
  await clinic.close();
  expect(total).toBeGreaterThan(40);
  expect(total / 5).toBeLessThan(seconds + 1.2);
});
