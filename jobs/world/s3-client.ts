import { S3Client } from '@aws-sdk/client-s3';
import { clientOptions, type Timeouts } from './client-options.ts';

export function s3Client(region: string, pathStyle: boolean, timeouts: Timeouts): S3Client {
  return new S3Client({
    region,
    forcePathStyle: pathStyle,
    followRegionRedirects: true,
    ...clientOptions(timeouts),
  });
}
