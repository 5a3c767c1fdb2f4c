import { Ajv } from 'ajv';
import { expect, it } from 'vitest';
import { verifyResultSchema } from '../../schemas/verify-result.ts';

it('the schema of the result is the one readers in other languages get', async () => {
  const text = `${JSON.stringify(verifyResultSchema, undefined, 2)}\n`;
  await expect(text).toMatchFileSnapshot('../../schemas/verify-result.schema.json');
});

it('the schema is one', () => {
  const ajv = new Ajv({ strict: true, formats: { 'date-time': true } });
  expect(() => ajv.compile(verifyResultSchema)).not.toThrow();
});
