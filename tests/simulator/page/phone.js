// The phone: chats, a talk, and the panel beside them.

const $ = (id) => document.getElementById(id);
const instance = (location.pathname.match(/^\/phone\/(\d+)/) || [])[1];
const dayName = new Intl.DateTimeFormat(undefined, {weekday: "long", day: "numeric", month: "long"});
const seen = new Map();      // chat id -> number of messages that were looked at
let phone, last = "", atEnd = true, shown = {};

function chatRow(chat) {
  const message = chat.messages.at(-1), unread = chat.messages.length - (seen.get(chat.id) || 0);
  const button = element("button", "chat"), words = element("span"), first = element("span", "row");
  const second = element("span", "row"), name = element("span", "name", chat.name);
  const preview = summary(message, "name soft");
  name.dir = "auto";
  first.append(name, element("span", "soft", clockTime.format(message.timestamp * 1000)));
  second.append(preview);
  if (unread > 0) {
    const badge = second.appendChild(element("span", "badge", unread));
    badge.setAttribute("aria-label", `${unread} new`);
  }
  words.append(first, second);
  button.append(initial(chat.name), words);
  button.dataset.chat = chat.id;
  button.onclick = () => { location.hash = encodeURIComponent(chat.id); };
  const item = element("li");
  item.append(button);
  return item;
}

function showTalk(chat) {
  const talk = $("talk");
  const fresh = shown.id !== chat.id;
  if (fresh) { talk.replaceChildren(); shown = {id: chat.id, day: "", bubbles: new Map()}; }
  for (const message of chat.messages) {
    const said = JSON.stringify(message), before = shown.bubbles.get(message.id);
    if (before?.said === said) continue;
    const node = bubble(message, chat.id.endsWith("@g.us"));
    shown.bubbles.set(message.id, {said, node});
    if (before) { before.node.replaceWith(node); continue; }
    const day = dayName.format(message.timestamp * 1000);
    if (day !== shown.day) talk.append(element("div", "day", shown.day = day));
    talk.append(node);
  }
  seen.set(chat.id, chat.messages.length);
  if (fresh) atEnd = true;
  keepAtEnd();
}

// Pictures have no height before they are there, so this is done whenever the talk grows.
function keepAtEnd() {
  if (atEnd) $("scroll").scrollTop = $("scroll").scrollHeight;
}

function showPhone() {
  let wanted = "";
  try { wanted = decodeURIComponent(location.hash.slice(1)); } catch { /* somebody's own address */ }
  const chat = phone.chats.find((one) => one.id === wanted);
  $("list").hidden = Boolean(chat);
  $("talk").hidden = $("back").hidden = !chat;
  $("empty").hidden = phone.chats.length > 0;
  $("title").textContent = chat ? chat.name : "Chats";
  $("subtitle").textContent = chat ? chat.id : `+${phone.phone}`;
  document.title = chat ? chat.name : `+${phone.phone}`;
  if (chat) return showTalk(chat);
  shown = {};
  const focus = document.activeElement?.dataset?.chat;
  $("list").replaceChildren(...phone.chats.map(chatRow));
  if (focus) $("list").querySelector(`[data-chat="${CSS.escape(focus)}"]`)?.focus();
}

function showPanel() {
  const state = phone.state || "being created", linked = phone.state === "authorized";
  $("instance").textContent = phone.id;
  $("state-text").textContent = state;
  $("dot").className = `dot ${state}`;
  $("queue").textContent = `${plural(phone.queue, "message")} in the send queue`;
  $("link").textContent = phone.state === "notAuthorized" ? "Link this phone" : "Unlink this phone";
  if (document.activeElement !== $("state")) $("state").value = state;
  $("faults").replaceChildren(...phone.faults.map((fault) => {
    const where = fault.chatId || fault.method || "every request";
    return element("li", "", `${fault.description} (${where}, ${
      fault.times === null ? "until switched off" : `${plural(fault.times, "time")}`})`);
  }));
  $("clear").hidden = phone.faults.length === 0;
  $("notice").hidden = linked;
  $("notice").textContent = `The instance is ${state}: nothing arrives, ${plural(phone.queue, "message")} ${
    phone.queue === 1 ? "waits" : "wait"}.`;
}

async function look() {
  try {
    const answer = await fetch(`/phone/${instance}/messages.json`);
    const text = await answer.text();
    if (text !== last || !$("notice").hidden) {
      last = text;
      phone = JSON.parse(text);
      showPanel();
      showPhone();
    }
  } catch {
    last = "";
    $("notice").hidden = false;
    $("notice").textContent = "The simulator does not answer. Is it still running?";
  }
}

async function control(wish) {
  await fetch(`/phone/${instance}/control`, {
    method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify(wish),
  });
  await look();
}

async function start() {
  const {phones, states, faults} = await (await fetch("/phones.json")).json();
  if (!instance) {
    $("all").hidden = false;
    $("phones").append(...phones.map((one) => {
      const link = element("a"), item = element("li");
      link.href = `/phone/${one.id}`;
      link.append(element("strong", "", `+${one.phone}`), element("p", "soft", `Instance ${one.id}, ${one.state || "being created"}`));
      item.append(link);
      return item;
    }));
    return;
  }
  $("one").hidden = false;
  $("state").append(...states.map((state) => new Option(state, state)));
  $("kind").append(...faults.map((fault) => new Option(fault.description, fault.kind)));
  $("state").onchange = () => control({state: $("state").value});
  $("link").onclick = () => control({state: phone.state === "notAuthorized" ? "authorized" : "notAuthorized"});
  $("add").onclick = () => control({
    fault: $("kind").value, once: $("once").checked, onlySends: $("only-sends").checked,
  });
  $("clear").onclick = () => control({clearFaults: true});
  $("back").onclick = () => { location.hash = ""; };
  window.onhashchange = () => {
    showPhone();
    (location.hash.length > 1 ? $("back") : $("list").querySelector("button"))?.focus();
  };
  let top = 0;
  $("scroll").onscroll = () => {
    const {scrollHeight, scrollTop, clientHeight} = $("scroll");
    if (scrollHeight - scrollTop - clientHeight < 80) atEnd = true;
    else if (scrollTop < top) atEnd = false;
    top = scrollTop;
  };
  new ResizeObserver(keepAtEnd).observe($("talk"));
  await look();
  setInterval(look, 1000);
}
start();
