import { failEachRequest } from './each-request.ts';

failEachRequest('a pull a day later', [
  'page',
  'totals',
  'get',
  'get nothing',
  'get record',
  'put',
  'put once',
]);
