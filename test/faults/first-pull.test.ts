import { failEachRequest } from './each-request.ts';

failEachRequest('a first pull', ['page', 'totals', 'list', 'get nothing', 'put', 'put once']);
