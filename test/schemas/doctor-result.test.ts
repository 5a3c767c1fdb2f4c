import { Ajv } from 'ajv';
import { expect, it } from 'vitest';
import { doctorResultSchema } from '../../schemas/doctor-result.ts';

it('the schema of the result is the one readers in other languages get', async () => {
  const text = `${JSON.stringify(doctorResultSchema, undefined, 2)}\n`;
  await expect(text).toMatchFileSnapshot('../../schemas/doctor-result.schema.json');
});

it('the schema is one', () => {
  const ajv = new Ajv({ strict: true, formats: { 'date-time': true } });
  expect(() => ajv.compile(doctorResultSchema)).not.toThrow();
});
