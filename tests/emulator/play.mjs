// Plays in a real browser: reads a list of steps from standard input, takes them one after the other, and writes what
// was seen. `node play.mjs CHROMIUM PROFILE` with steps such as {"go": "/"}, {"press": "Create"}, {"fill": {...}},
// {"follow": "New event"}, {"check": "name"}, {"shoot": "file.png"}, {"size": [390, 844]}, {"dark": true}. `size` may have
// a third number, pixels for each pixel of the page; with `shoot`, `of` is a selector of what is shot, else all of the page.
import axe from "axe-core";
import { readFileSync } from "node:fs";
import puppeteer from "puppeteer-core";

const [executablePath, userDataDir] = process.argv.slice(2);
const { url, steps } = JSON.parse(readFileSync(0, "utf8"));
const browser = await puppeteer.launch({
  executablePath, userDataDir, args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
});
const seen = { texts: [], faults: [], errors: [] };
try {
  const page = await browser.newPage();
  page.setDefaultTimeout(120_000);
  page.on("response", answer => { if (answer.status() >= 400) seen.errors.push(`${answer.status()} ${answer.url()}`); });
  for (const step of steps) {
    if (step.size) {
      const [width, height, deviceScaleFactor = 1] = step.size;
      await page.setViewport({ width, height, deviceScaleFactor });
    }
    if ("dark" in step) {
      await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: step.dark ? "dark" : "light" }]);
    }
    if (step.go) await page.goto(url + step.go);
    if (step.fill) {
      for (const [label, text] of Object.entries(step.fill)) {
        const field = await page.$(`::-p-aria([name="${label}"])`);
        if (!field) throw new Error(`there is no field ${label}`);
        await field.evaluate((each, value) => { each.value = value; }, text);
      }
    }
    if (step.open) await (await page.$(`::-p-xpath(//summary[contains(., "${step.open}")])`)).click();
    if (step.press) {
      const button = await page.$(`::-p-aria([name="${step.press}"][role="button"])`);
      if (!button) throw new Error(`there is no button ${step.press}`);
      await Promise.all([page.waitForNavigation(), button.click()]);
    }
    if (step.follow) {
      const link = await page.$(`::-p-xpath(//a[contains(., "${step.follow}")])`);
      if (!link) throw new Error(`there is no link ${step.follow}`);
      await Promise.all([page.waitForNavigation(), link.click()]);
    }
    if (step.check) {
      seen.texts.push(await page.$eval("body", body => body.innerText));
      await page.evaluate(axe.source);
      const { violations } = await page.evaluate(() => window.axe.run({ iframes: false }));
      for (const each of violations) {
        seen.faults.push(`${step.check}: ${each.id} (${each.impact}): ${each.nodes.map(node => node.target).join(", ")}`);
      }
      const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
      if (wide) seen.faults.push(`${step.check}: the page is wider than the window`);
    }
    if (step.framed) {
      const frame = page.frames().find(each => each !== page.mainFrame());
      seen.texts.push(frame ? await frame.$eval("body", body => body.innerText) : "");
    }
    if (step.shoot && step.of) await (await page.$(step.of)).screenshot({ path: step.shoot, quality: 85 });
    else if (step.shoot) await page.screenshot({ path: step.shoot, fullPage: !step.fold, ...step.fold && { quality: 85 } });
  }
} finally {
  await browser.close();
}
console.log(JSON.stringify(seen));
