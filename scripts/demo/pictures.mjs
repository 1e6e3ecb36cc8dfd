// The README's pictures, and with `all` many more to look at; the way there is that of the browser's test.
import { linking } from "../../tests/browser/linking.mjs";
import { perform, SIZE } from "../../tests/browser/stage.mjs";

const AUTOMATION = {
  alias: "Heating on, by WhatsApp",
  triggers: [{
    trigger: "green_api.message_received",
    target: { entity_id: ["event.anna_message"] },
    options: { contains: "heating on", type: ["text"] },
  }],
  conditions: [],
  actions: [{
    action: "green_api.send_message",
    target: { entity_id: ["notify.anna"] },
    data: { message: "It is on 🔥" },
  }],
};

async function pictures(stage) {
  const { task, page, phone } = stage;
  const settle = (ms) => page.waitForTimeout(ms);
  const open = async (path, ms = 3000) => {
    await stage.open(path);
    await settle(ms);
  };
  const service = (name, data) => stage.rest(`/api/services/${name.replace(".", "/")}`, data);
  const [entry] = await stage.rest("/api/config/config_entries/entry?domain=green_api");

  await stage.step("A second chat", async () => {
    const flows = "/api/config/config_entries/subentries/flow";
    const flow = await stage.rest(flows, { handler: [entry.entry_id, "chat"] });
    const [chat, name] = task.chats[1];
    await stage.rest(`${flows}/${flow.flow_id}`, { chat, name });
    await stage.holds(() => stage.state("notify.family"));
  });

  await stage.step("Where it is found", async () => {
    await open("/config/integrations/integration/green_api");
    await stage.shot("20-integration");
    await open(`/config/devices/dashboard?config_entry=${entry.entry_id}`);
    await page.getByText("Anna").filter({ visible: true }).first().click();
    await settle(2500);
    await stage.shot("21-device");
  });

  await stage.step("Dashboard and phone", async () => {
    // Nobody tells that a simulated instance has started anew, as it needs no time for it.
    await service("homeassistant.update_entity", { entity_id: `sensor.green_api_${task.instance}_state` });
    await service("script.whatsapp_poll", {});
    const poll = phone.locator(".poll input").first();
    await poll.click();
    await settle(1500);
    await stage.shot("phone", phone);
    await service("input_text.set_value", { entity_id: "input_text.whatsapp_message", value: "Back at six 🚗" });
    await open("/whatsapp-demo/messages");
    await stage.shot("dashboard");
    for (const script of ["whatsapp_picture", "whatsapp_place"]) await service(`script.${script}`, {});
    await settle(1500);
    await stage.shot("22-phone", phone);
  });

  await stage.step("The trigger in the editor", async () => {
    await stage.rest("/api/config/automation/config/heating_on", AUTOMATION);
    await page.setViewportSize({ width: 1250, height: 1010 });
    await open("/config/automation/edit/heating_on", 4000);
    await page.locator("ha-automation-trigger-row").first().click();
    await settle(2000);
    await stage.shot("trigger");
  });

  const target = { entity_id: ["notify.anna"] };
  const look = async (action, data, name, height, sections = 0) => {
    if (/^\d/.test(name) && !task.all) return;
    await page.setViewportSize({ width: 1000, height });
    await open("/config/developer-tools/action", 1500);
    await page.evaluate((action) => localStorage.setItem("panel-dev-action-state-service-data", JSON.stringify(action)),
      { action: `green_api.${action}`, target, data });
    await page.reload();
    await settle(4000);
    for (let number = 0; number < sections; number++) {
      await page.locator("ha-expansion-panel").nth(number).click();
      await settle(1200);
    }
    await stage.shot(name);
  };
  const media = {
    media_content_id: "media-source://image/image.front_door", media_content_type: "image/jpeg", metadata: {},
  };
  const caption = "Somebody is at the door";

  await stage.step("The actions", async () => {
    await look("send_message", { title: task.title, message: task.message }, "action", 1180);
    await look("send_message", { message: task.message, on_outage: "queue" }, "30-message", 3200, 3);
    await look("send_file", { media, caption, tag: "door" }, "31-file", 3200, 3);
    await look("send_location", { entity: "zone.home" }, "32-location", 2000, 2);
    await look("send_contact", { phone_number: "+79007654321", first_name: "Boris" }, "33-contact", 2000, 1);
    await look("send_poll", { question: "Pizza or pasta?", options: ["Pizza", "Pasta"] }, "34-poll", 2000, 1);
    await look("edit_message", { message_id: "last", message: "Closed again" }, "35-edit", 1600, 1);
    await look("delete_message", { tag: "door" }, "36-delete", 1400, 1);
    await look("forward_message", { from_chat_id: "notify.anna", message_id: ["last"] }, "37-forward", 1400, 1);
    await look("mark_read", {}, "38-read", 1200, 1);
    await look("check_number", { phone_number: "+79007654321" }, "39-check", 900);
    await look("get_chats", { search: "fam", type: "group" }, "40-chats", 900);
    await look("get_messages", { count: 5 }, "41-messages", 1200, 1);
    await look("download_media", { message_id: "last" }, "42-download", 1400, 1);
    await look("cancel", { tag: "door" }, "43-cancel", 1000);
    await page.setViewportSize(SIZE);
  });

  if (!task.all) return;
  const control = (change) => fetch(`${task.phone}/control`, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(change),
  });
  await stage.step("The options", async () => {
    await page.setViewportSize({ width: 1000, height: 1400 });
    await open("/config/integrations/integration/green_api");
    await page.locator("ha-config-entry-row ha-icon-button").nth(1).click();
    await settle(2000);
    await page.locator("dialog-data-entry-flow ha-expansion-panel").first().click();
    await settle(1500);
    await stage.shot("44-options");
    await page.setViewportSize(SIZE);
  });
  await stage.step("An outage", async () => {
    await control({ state: "starting" });
    const kept = { ...target, message: "Water in the cellar!", on_outage: "queue", tag: "cellar" };
    await service("green_api.send_message", { ...kept, expires_after: 2 });
    await service("green_api.send_message", kept);
    await settle(3000);
    await open(`/config/devices/dashboard?config_entry=${entry.entry_id}`);
    await page.getByText(entry.title).filter({ visible: true }).last().click();
    await settle(2500);
    await stage.shot("45-outbox");
    await look("get_outbox", {}, "46-waiting", 1200);
    await page.setViewportSize(SIZE);
    await open("/config/repairs");
    await stage.shot("47-expired");
    await page.getByText(task.instance).filter({ visible: true }).first().click();
    await settle(2000);
    await stage.shot("48-expired");
    await control({ state: "authorized" });
    await service("button.press", { entity_id: `button.green_api_${task.instance}_send_now` });
    await settle(2000);
    await stage.shot("49-arrived", phone);
  });
  await stage.step("A repair", async () => {
    await control({ state: "notAuthorized" });
    await stage.rest(`/api/config/config_entries/entry/${entry.entry_id}/reload`, {});
    await open("/config/repairs");
    await stage.shot("50-repairs");
    await page.getByText(task.instance).filter({ visible: true }).first().click();
    await settle(2000);
    await stage.shot("51-repair");
    await open("/whatsapp-demo/messages");
    await page.locator("hui-button-row ha-button").first().click();
    await settle(1500);
    await stage.shot("52-refused");
  });
}

await perform(linking, pictures);
