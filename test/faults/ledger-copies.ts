import type { S3Object } from '../fixtures/s3/objects.ts';
import type { S3Server } from '../fixtures/s3-server.ts';
import { BUCKET } from '../fixtures/trial.ts';

/** The objects of one ledger, by key. */
export type Objects = ReadonlyMap<string, S3Object>;

/** Puts a ledger under a folder of its own, so that pulls on copies of it can run side by side. */
export function layOut(s3: S3Server, folder: string, objects: Objects): void {
  for (const [key, object] of objects) s3.objects.set(`${BUCKET}/${folder}/${key}`, object);
}

export function objectsIn(s3: S3Server, folder: string): Objects {
  const root = `${BUCKET}/${folder}/`;
  const found = [...s3.objects].filter(([id]) => id.startsWith(root));
  return new Map(found.map(([id, object]) => [id.slice(root.length), object]));
}

export function clearOut(s3: S3Server, folder: string): void {
  for (const key of objectsIn(s3, folder).keys()) s3.objects.delete(`${BUCKET}/${folder}/${key}`);
}

/** What is never replaced, once a pull has written it. */
export function isRaw(key: string): boolean {
  return key.startsWith('raw/');
}

export function isRecord(key: string): boolean {
  return key.startsWith('pulls/');
}
