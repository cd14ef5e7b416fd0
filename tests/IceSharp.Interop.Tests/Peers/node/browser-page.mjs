// Presses the buttons of samples/BrowserPeer's page in Debian's Chromium and says what it shows:
//   node browser-page.mjs URL [SCREENSHOT [dark]]
import { chromium } from 'playwright-core';

const [url, screenshot, scheme] = process.argv.slice(2);
const deadline = 25_000;
const say = (...words) => console.log(words.join(' '));

async function inBrowser(hidesAddresses, work) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update',
      '--disable-sync', ...(hidesAddresses ? [] : ['--disable-features=WebRtcHideLocalIpsWithMdns']),
    ],
  });
  let page;
  try {
    page = await browser.newPage({ viewport: { width: 1280, height: 800 }, colorScheme: scheme === 'dark' ? 'dark' : 'light' });
    page.setDefaultTimeout(deadline);
    page.on('pageerror', error => say('error', error.message));
    page.on('console', message => { if (message.type() === 'error') say('error', message.text()); });
    await page.goto(url);
    await work(page);
  } catch (failure) {
    say('error', failure.message.replaceAll('\n', ' '));
    process.exitCode = 1;

    // What the page shows, for whoever looks into it.
    say(await page?.evaluate(() => `${JSON.stringify(document.body.dataset)}\n${document.body.innerText}`).catch(() => ''));
  } finally {
    await browser.close();
  }
}

// Presses a button and waits until both sides are connected and name the same pair.
async function press(page, button, restarts, what) {
  await page.click(button);
  await page.waitForFunction(wanted => {
    const d = document.body.dataset;
    const isUp = state => state === 'connected' || state === 'completed';
    return isUp(d.browserState) && isUp(d.csharpState) && d.browserSelected && d.browserSelected === d.csharpSelected && Number(d.restarts) === wanted;
  }, restarts);
  const d = await page.evaluate(() => ({ ...document.body.dataset }));
  say(what, d.browserSelected, '|', d.csharpSelected);
}

async function close(page) {
  await page.click('#close');
  await page.waitForFunction(() => !document.getElementById('connect').disabled);
  const fault = await page.evaluate(() => document.getElementById('fault').textContent);
  if (fault) say('error', fault);
}

// As users have it: host addresses are behind mDNS names, and checks reveal them.
await inBrowser(true, async page => {
  await press(page, '#connect', 0, 'hidden');
  if (screenshot) {
    await page.waitForFunction(() => !document.querySelector('svg .line.in-progress, svg .line.waiting'));
    await page.screenshot({ path: screenshot });
  }
  await close(page);
});

// A browser that hides its addresses keeps to the pair of before a restart for as long as that lives: the other side cannot check its new ports.
await inBrowser(false, async page => {
  await press(page, '#connect', 0, 'connected');
  await press(page, '#restart', 1, 'restarted');
  await close(page);
});
