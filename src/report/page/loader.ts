import type { ReportData } from '../report-data.ts';

/** Unpacks the page's code and data, which lie in it compressed, and lets the one show the other. */

async function unpack(id: string): Promise<string> {
  const packed = document.getElementById(id)?.textContent ?? '';
  const bytes = Uint8Array.from(atob(packed.trim()), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Response(stream).text();
}

async function show(): Promise<void> {
  const script = document.createElement('script');
  script.textContent = await unpack('code');
  document.head.append(script);
  globalThis.showReport?.(JSON.parse(await unpack('data')) as ReportData);
}

show().catch((error: unknown) => {
  const about = document.getElementById('about');
  if (about) about.textContent = `This browser cannot show the report (${String(error)}). A current one can.`;
  throw error;
});
