import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll } from 'vitest';
import { createS3Store } from '../../src/adapters/aws/s3-store.ts';
import { describeObjectStore } from '../adapters/object-store.contract.ts';
import { type Moto, startMoto } from './moto.ts';

let moto: Moto;
let client: S3Client;
let buckets = 0;

beforeAll(async () => {
  moto = await startMoto();
  client = new S3Client({
    endpoint: moto.url,
    region: 'us-east-1',
    forcePathStyle: true,
    maxAttempts: 1,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
});
afterAll(async () => {
  client.destroy();
  await moto.close();
});

describeObjectStore("moto's S3", async () => {
  const bucket = `contract-${(buckets += 1)}`;
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  return () => createS3Store({ client, bucket, prefix: 'some/prefix' });
});
