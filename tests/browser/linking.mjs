// From an instance without a phone to an answer from WhatsApp, as a person goes the way.
import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";

import { perform } from "./stage.mjs";

const ANSWER = "On my way 🚗";

export async function linking(stage) {
  const { task, texts, page, phone, dialog, inputs } = stage;
  const { step: steps, error: errors } = texts.config;
  const [[chat, name], [, other]] = task.chats;
  const code = dialog.locator("img").last();

  await stage.step("Log in", async () => {
    await stage.open("/config/integrations/dashboard");
    await page.locator("input[name=username]").fill(task.user);
    await page.locator("input[name=password]").fill(task.password);
    await page.keyboard.press("Enter");
    await page.locator("ha-integration-card").first().waitFor();
  });

  await stage.step("Add integration: GREEN-API", async () => {
    await page.locator("ha-button[slot=fab]").click();
    const brands = page.locator("dialog-add-integration");
    await brands.locator("input").first().fill("GREEN-API");
    await stage.shot("01-brand");
    await brands.getByText("GREEN-API for WhatsApp").last().click();
    await stage.reads(steps.user.title);
  });

  await stage.step("A wrong token is refused", async () => {
    await inputs.nth(0).fill(task.instance);
    await inputs.nth(1).fill("0".repeat(50));
    await stage.shot("flow");
    await dialog.locator("ha-expansion-panel").first().click();
    await inputs.nth(3).waitFor();
    await inputs.nth(2).fill(task.api);
    await inputs.nth(3).fill(task.api);
    await stage.shot("02-server");
    await stage.submit();
    await stage.reads(errors.invalid_auth);
    await stage.shot("03-refused");
  });

  await stage.step("The right one leads to linking: the instance has no phone", async () => {
    await inputs.nth(1).fill(task.token);
    await stage.submit();
    await stage.reads(steps.link.title);
    await stage.shot("04-link");
  });

  let first;
  await stage.step("A QR code is shown, the one that the phone is to scan", async () => {
    await dialog.getByText(steps.link.menu_options.qr).click();
    await code.waitFor();
    const shown = await code.evaluate(async (image) => {
      await image.decode();
      const { width, height } = image.getBoundingClientRect();
      return { width, height, natural: image.naturalWidth };
    });
    assert.ok(shown.natural > 100 && shown.width > 150 && shown.width === shown.height, JSON.stringify(shown));
    await phone.goto(task.phone);
    await sameCode();
    first = await code.getAttribute("src");
    await stage.shot("link");
    await stage.shot("05-scan", phone);
  });

  await stage.step("… and renews itself", async () => {
    await stage.holds(async () => assert.ok(await code.getAttribute("src") !== first, "The code stays as it is."));
    await sameCode();
  });

  await stage.step("The phone scans it, and the flow goes on by itself", async () => {
    await phone.locator("#scan").click();
    await stage.reads(steps.receive.title);
    await stage.shot("06-receive");
  });

  await stage.step("Receive by polling", async () => {
    await stage.submit();
    await stage.reads(texts.config_subentries.chat.step.user.title);
    await stage.shot("07-chat");
  });

  await stage.step("The first chat is one of the contacts", async () => {
    await dialog.locator("ha-selector-select").first().click();
    const contact = page.getByText(name).filter({ visible: true }).last();
    await contact.waitFor();
    await stage.shot("chat");
    await contact.click();
    await page.getByText(other).first().waitFor({ state: "hidden" });
    await inputs.last().fill(name);
    await stage.shot("08-chosen");
    await stage.submit();
  });

  await stage.step("Finish", async () => {
    await stage.holds(async () => assert.equal((await stage.state("notify.anna")).state, "unknown"));
    await stage.shot("09-added");
    await stage.submit();
    await dialog.waitFor({ state: "hidden" });
    await stage.reads("GREEN-API for WhatsApp", page.locator("ha-integration-card"));
    await stage.shot("10-finished");
  });

  await stage.step("A message from the dashboard arrives on the phone", async () => {
    await stage.open("/whatsapp-demo/messages");
    const { state: message } = await stage.state("input_text.whatsapp_message");
    const send = page.locator("hui-button-row ha-button").first();
    await send.waitFor();
    await stage.shot("11-dashboard");
    await send.click();
    await phone.locator(`button.chat[data-chat="${chat}"]`).click();
    await stage.reads(message, phone.locator("#talk"));
  });

  await stage.step("… and Home Assistant knows that it was read", async () => {
    await stage.holds(async () =>
      assert.equal((await stage.state("event.anna_delivery")).attributes.event_type, "read"));
  });

  await stage.step(`${name} answers on the phone, and Home Assistant hears it`, async () => {
    await write(ANSWER);
    await stage.holds(async () => {
      const { attributes } = await stage.state("event.anna_message");
      assert.deepEqual([attributes.event_type, attributes.text, attributes.chat_id], ["text", ANSWER, chat]);
    });
    await stage.reads(ANSWER, page.locator("hui-markdown-card"));
  });

  await stage.step("An automation answers a ping", async () => {
    await write("ping");
    const pong = phone.locator(".bubble:not(.theirs)").filter({ hasText: "Pong" });
    await pong.locator(".quote").filter({ hasText: "ping" }).waitFor();
    await stage.shot("12-pong", phone);
    await stage.shot("13-answers");
  });

  async function sameCode() {
    await stage.holds(async () => {
      const [here, there] = [await code.getAttribute("src"), await phone.locator("#qr").getAttribute("src")];
      assert.ok(here === there, "Home Assistant shows another code than the instance.");
    });
  }

  async function write(text) {
    await phone.locator("#text").fill(text);
    await phone.locator("#send").click();
    await stage.reads(text, phone.locator("#talk"));
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await perform(linking);
