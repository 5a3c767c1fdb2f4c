import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** A headless Chromium of the machine. Without one there is no suite: that is a failure. */
export async function startBrowser(): Promise<Browser> {
  const executablePath = PLACES.find((place) => existsSync(place));
  if (!executablePath)
    throw new Error(
      `The engines suite needs Chromium in one of ${PLACES.join(', ')}: install it (Debian: apt-get install chromium).`,
    );
  return chromium.launch({ executablePath, args: ['--no-sandbox'] });
}
