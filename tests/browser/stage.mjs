// A browser with two pages, Home Assistant and the simulator's phone, and what a story does with them.
// scripts/demo/browser.py starts all of it and says in TASK where it is.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const PATIENCE = 20_000;

export const SIZE = { width: 1000, height: 760 };

export async function perform(...stories) {
  const task = JSON.parse(process.env.TASK);
  const { chromium } = createRequire(import.meta.url)(task.playwright);
  // With a new profile of its own, which is gone afterwards.
  const browser = await chromium.launch({ executablePath: task.browser, args: FLAGS });
  const context = await browser.newContext({ viewport: SIZE, locale: task.language, reducedMotion: "reduce" });
  await context.addInitScript((language) => {
    localStorage.setItem("selectedLanguage", JSON.stringify(language));
  }, task.language);
  context.setDefaultTimeout(PATIENCE);
  const stage = new Stage(task, await context.newPage(), await context.newPage());
  try {
    for (const story of stories) await story(stage);
  } catch (error) {
    await stage.page.screenshot({ path: `${task.folder}/failed.png` });
    await stage.phone.screenshot({ path: `${task.folder}/failed-phone.png` });
    console.error(error.message);
    process.exitCode = 1;
  } finally {
    await browser.close();
  }
}

class Stage {
  constructor(task, page, phone) {
    this.task = task;
    this.page = page;
    this.phone = phone;
    this.texts = JSON.parse(readFileSync(task.texts, "utf8"));
    this.dialog = page.locator("dialog-data-entry-flow");
    this.inputs = this.dialog.locator("input").filter({ visible: true });
  }

  async step(name, act) {
    const start = Date.now();
    try {
      await act();
    } catch (error) {
      console.log(`✗ ${name}`);
      throw error;
    }
    console.log(`✓ ${name}  ${((Date.now() - start) / 1000).toFixed(1)} s`);
  }

  // Those with a number are to look at; those without are the README's, too.
  async shot(name, page = this.page) {
    if (/^\d/.test(name) && !this.task.all) return;
    await page.mouse.move(1, 1);  // over nothing that would look different then
    await page.waitForTimeout(400);
    // Until nothing moves any more, but for what turns for ever.
    await page.waitForFunction(() => document.getAnimations().every((one) =>
      one.playState !== "running" || one.effect.getComputedTiming().iterations > 1));
    await page.screenshot({ path: `${this.task.folder}/${name}.png` });
  }

  open(path) {
    return this.page.goto(path.startsWith("http") ? path : this.task.home + path);
  }

  // Submit the form of the dialog: its only button with words on it.
  submit() {
    return this.dialog.locator("ha-button").filter({ hasText: /\S/, visible: true }).first().click();
  }

  // Wait until a text can be read, in the dialog or elsewhere.
  async reads(text, where = this.dialog) {
    await where.getByText(text, { exact: false }).filter({ visible: true }).first().waitFor();
  }

  // Try until it holds, and say in the end why it does not.
  async holds(claim, patience = PATIENCE) {
    for (const end = Date.now() + patience; ;) {
      try {
        return await claim();
      } catch (error) {
        if (!(error instanceof assert.AssertionError) || Date.now() > end) throw error;
      }
      await this.page.waitForTimeout(100);
    }
  }

  async rest(path, body) {
    const answer = await fetch(this.task.home + path, {
      method: body ? "POST" : "GET",
      headers: { Authorization: `Bearer ${this.task.tokens.access_token}`, "Content-Type": "application/json" },
      body: body && JSON.stringify(body),
    });
    assert.ok(answer.ok, `${path}: ${answer.status}`);
    return answer.json();
  }

  state(entity) {
    return this.rest(`/api/states/${entity}`);
  }
}
