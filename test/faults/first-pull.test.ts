import { failEachRequest } from './each-request.ts';

failEachRequest('a first pull', ['page', 'totals', 'get nothing', 'get no record', 'put', 'put once']);
