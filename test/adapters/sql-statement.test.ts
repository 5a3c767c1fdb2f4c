import { describe, expect, it } from 'vitest';
import { assertReads, splitExplain } from '../../src/adapters/sql-statement.ts';

describe('what Athena is asked', () => {
  it.each([
    'SELECT 1',
    '(SELECT 1)',
    'with t as (select 1) select * from t',
    'VALUES 1',
    'TABLE pulls',
    'SHOW PARTITIONS pulls',
    'DESCRIBE pulls',
    'EXPLAIN ANALYZE SELECT 1',
    'EXPLAIN (TYPE IO, FORMAT JSON) SELECT 1',
    'EXPLAIN (SELECT a, b FROM t)',
    '-- DROP TABLE t\n/* DROP */ SELECT 1',
    '/* a **/ SELECT 1 /* b */',
  ])('reads: %s', (sql) => {
    expect(() => assertReads(sql)).not.toThrow();
  });

  it.each([
    'DROP TABLE t',
    'EXPLAIN DROP TABLE t',
    'EXPLAIN ANALYZE INSERT INTO t SELECT 1',
    'EXPLAIN EXPLAIN ANALYZE INSERT INTO t SELECT 1',
    "USING EXTERNAL FUNCTION f(x VARCHAR) RETURNS VARCHAR LAMBDA 'f' SELECT f('x')",
    '',
    ';',
    '-- SELECT 1',
    '/* SELECT 1',
    // A comment ends where it first can.
    '/* a */ DROP TABLE t -- */ EXPLAIN SELECT 1',
    '/* a */ DROP TABLE t -- */ SELECT 1',
    '/* a */; DROP TABLE t /* b */ SELECT 1',
    '/* a /* b */ DROP TABLE t -- */ SELECT 1',
    // A carriage return ends a line.
    '-- a\rDROP TABLE t /*\nSELECT 1 */',
    'EXPLAIN -- a\rDROP TABLE t /*\nSELECT 1 */',
  ])('is refused: %j', (sql) => {
    expect(() => assertReads(sql)).toThrow(/^sql: expected a statement that reads, such as SELECT, got /);
  });
});

describe('the EXPLAIN before a statement', () => {
  it.each([
    ['SELECT 1', '', 'SELECT 1', 'SELECT'],
    [
      'explain/* a */analyze -- b\r(format json) select 1',
      'explain analyze (format json) ',
      ' select 1',
      'SELECT',
    ],
    ['EXPLAIN (SELECT 1)', 'EXPLAIN ', '(SELECT 1)', '('],
    ['explained', '', 'explained', 'EXPLAINED'],
  ])('of %j is taken off', (sql, explain, inner, verb) => {
    expect(splitExplain(sql)).toEqual({ explain, inner, verb });
  });

  it('is found behind a long comment, and a long comment without an end is none', () => {
    const stars = '* '.repeat(200_000);
    expect(splitExplain(`/*${stars}*/ EXPLAIN SELECT 1`).explain).toBe('EXPLAIN ');
    expect(splitExplain(`/*${stars} EXPLAIN SELECT 1`).explain).toBe('');
  });
});
