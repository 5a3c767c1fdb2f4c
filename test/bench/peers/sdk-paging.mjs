import { BackupClient, ListCopyJobSummariesCommand } from '@aws-sdk/client-backup';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { everything } from './everything.mjs';

/** A floor: the SDK pages through the summaries and forgets them, then puts objects of the given sizes. */

const { regions, sizes } = JSON.parse(process.argv[2] ?? '{}');

async function readPages(region) {
  const client = new BackupClient({ region, maxAttempts: 8 });
  let NextToken;
  do {
    const page = await client.send(new ListCopyJobSummariesCommand({ ...everything, NextToken }));
    ({ NextToken } = page);
  } while (NextToken);
}

await Promise.all(regions.map(readPages));
const s3 = new S3Client({ region: 'us-east-1', forcePathStyle: true });
const put = (size, nth) =>
  s3.send(new PutObjectCommand({ Bucket: 'ledger', Key: `floor/${nth}`, Body: Buffer.alloc(size) }));
await Promise.all(sizes.map(put));
