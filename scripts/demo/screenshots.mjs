// Drives the frontend of Home Assistant; screenshots.py starts it and says in TASK with what.
import { createRequire } from "node:module";

const require = createRequire(`${process.cwd()}/.cache/playwright/`);
const { chromium } = require("playwright-core");
const task = JSON.parse(process.env.TASK);

const size = { width: 1000, height: 760 };
const browser = await chromium.launch({
  executablePath: task.browser,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const context = await browser.newContext({ viewport: size, locale: task.language });
const login = {
  ...task.login, hassUrl: task.home, clientId: `${task.home}/`,
  expires: Date.now() + task.login.expires_in * 1000,
};
await context.addInitScript(([login, language]) => {
  localStorage.setItem("hassTokens", JSON.stringify(login));
  localStorage.setItem("selectedLanguage", JSON.stringify(language));
}, [login, task.language]);
const page = await context.newPage();
page.setDefaultTimeout(30_000);
page.on("pageerror", (error) => console.log("page error:", error.message));

const rest = (path, body) => fetch(task.home + path, {
  method: body ? "POST" : "GET",
  headers: { Authorization: `Bearer ${login.access_token}`, "Content-Type": "application/json" },
  body: body && JSON.stringify(body),
}).then((response) => response.json());
const control = (wish) => fetch(`${task.phone}/control`, {
  method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(wish),
});
const write = (value) => rest("/api/services/input_text/set_value", { entity_id: "input_text.whatsapp_message", value });
const settle = (ms = 1200) => page.waitForTimeout(ms);
const open = async (path, ms = 3000) => {
  await page.goto(path.startsWith("http") ? path : task.home + path);
  await settle(ms);
};
// Those with a number are not for the README, but to look at.
const shot = async (name) => {
  await settle(600);
  if (/^\d/.test(name) && !task.all) return;
  await page.screenshot({ path: `${task.out}/${name}.png` });
  console.log(`✓ ${name}.png`);
};
const dialog = page.locator("dialog-data-entry-flow");
const submit = async () => {
  await dialog.locator("ha-button").filter({ hasText: /\S/, visible: true }).first().click();
  await settle(3000);
};

try {
  // The config flow
  await open("/config/integrations/dashboard/add?domain=green_api", 6000);
  await page.keyboard.press("Enter");
  await settle(3000);
  await shot("1-user");
  const inputs = dialog.locator("input");
  await inputs.nth(0).fill(task.instance);
  await inputs.nth(1).fill("0".repeat(50));
  await shot("flow");
  await dialog.locator("ha-expansion-panel").first().click();
  await settle();
  await inputs.nth(2).fill(task.api);
  await inputs.nth(3).fill(task.api);
  await shot("2-section");
  await submit();
  await shot("3-error");
  await inputs.nth(1).fill(task.token);
  await submit();
  await settle(2000);
  await shot("4-chat");
  await dialog.locator("ha-selector-select").first().click();
  await settle();
  await shot("chat");
  await page.getByText("Anna").filter({ visible: true }).last().click();
  await settle();
  await inputs.filter({ visible: true }).last().fill(task.chats[0][1]);
  await shot("5-chosen");
  await submit();
  await shot("6-added");
  const [entry] = await rest("/api/config/config_entries/entry?domain=green_api");
  const flow = await rest("/api/config/config_entries/subentries/flow", { handler: [entry.entry_id, "chat"] });
  const [chat, name] = task.chats[1];
  await rest(`/api/config/config_entries/subentries/flow/${flow.flow_id}`, { chat, name });
  await settle(3000);

  // Where it is found afterwards
  await open("/config/integrations/integration/green_api");
  await shot("7-integration");
  await open(`/config/devices/dashboard?config_entry=${entry.entry_id}`);
  await page.getByText("Anna").filter({ visible: true }).first().click();
  await settle(2500);
  await shot("8-device");

  // A message
  const texts = { title: task.title, message: task.message };
  await rest("/api/services/green_api/send_message", { chat_id: task.chats[0][0], ...texts });
  await open("/whatsapp-demo/messages");
  await shot("8-dashboard");
  await page.locator("hui-button-row ha-button").first().click();
  await settle(2500);
  await write("Back at six 🚗");
  await shot("dashboard");
  for (const script of ["whatsapp_picture", "whatsapp_poll", "whatsapp_place"]) {
    await rest(`/api/services/script/${script}`, {});
  }
  await open(task.phone);
  await page.locator("button.chat").first().click();
  await shot("phone");

  // The actions
  const target = { entity_id: ["notify.anna"] };
  const look = async (action, data, name, height, sections = 0) => {
    await page.setViewportSize({ width: 1000, height });
    await open("/config/developer-tools/action");
    await page.evaluate((action) => localStorage.setItem("panel-dev-action-state-service-data", JSON.stringify(action)),
      { action: `green_api.${action}`, target, data });
    await page.reload();
    await settle(4000);
    for (let number = 0; number < sections; number++) {
      await page.locator("ha-expansion-panel").nth(number).click();
      await settle();
    }
    await shot(name);
  };
  const media = { media_content_id: "media-source://image/image.front_door", media_content_type: "image/jpeg", metadata: {} };
  const caption = "Somebody is at the door";
  await look("send_message", texts, "action", 1180);
  await look("send_file", { media, caption }, "file", 1180);
  if (task.all) {
    await look("send_message", texts, "9-message", 2000, 1);
    await look("send_file", { media, caption, tag: "door" }, "9-file", 3200, 3);
    await look("send_location", { entity: "zone.home" }, "9-location", 2000, 2);
    await look("send_contact", { phone_number: "+79007654321", first_name: "Boris" }, "9-contact", 2000, 1);
    await look("send_poll", { question: "Pizza or pasta?", options: ["Pizza", "Pasta"] }, "9-poll", 2000, 1);
    await look("edit_message", { message_id: "last", message: "Closed again" }, "9-edit", 1600, 1);
    await look("delete_message", { tag: "door" }, "9-delete", 1400, 1);
    await look("forward_message", { from_chat_id: "notify.anna", message_id: ["last"] }, "9-forward", 1400, 1);
    await look("mark_read", {}, "9-read", 1200, 1);
    await look("check_number", { phone_number: "+79007654321" }, "9-check", 900);
    await look("get_chats", { search: "fam", type: "group" }, "9-chats", 900);
    await look("get_messages", { count: 5 }, "9-messages", 1200, 1);
  }
  await page.setViewportSize(size);

  // A repair
  if (task.all) {
    await control({ state: "notAuthorized" });
    await rest(`/api/config/config_entries/entry/${entry.entry_id}/reload`, {});
    await open("/config/repairs");
    await shot("10-repairs");
    await page.getByText(task.instance).filter({ visible: true }).first().click();
    await settle(2000);
    await shot("11-repair");
    await open("/whatsapp-demo/messages");
    await page.locator("hui-button-row ha-button").first().click();
    await settle(1500);
    await shot("12-refused");
  }
} catch (error) {
  await page.screenshot({ path: `${task.out}/failed.png` });
  throw error;
} finally {
  await browser.close();
}
