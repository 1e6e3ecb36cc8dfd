// The phone: chats, a talk, and the panel beside them.

const $ = (id) => document.getElementById(id);
const instance = (location.pathname.match(/^\/phone\/(\d+)/) || [])[1];
const dayName = new Intl.DateTimeFormat(undefined, {weekday: "long", day: "numeric", month: "long"});
const seen = new Map();      // chat id -> number of messages that were looked at
let phone, last = "", atEnd = true, shown = {};

function row(chat, first, second) {
  const button = element("button", "chat"), words = element("span");
  words.append(first, second);
  button.append(initial(chat.name), words);
  button.dataset.chat = chat.id;
  button.onclick = () => { location.hash = encodeURIComponent(chat.id); };
  const item = element("li");
  item.append(button);
  return item;
}

function chatRow(chat) {
  const message = chat.messages.at(-1), unread = chat.messages.length - (seen.get(chat.id) || 0);
  const first = element("span", "row"), second = element("span", "row"), name = element("span", "name", chat.name);
  const preview = summary(message, "name soft");
  name.dir = "auto";
  first.append(name, element("span", "soft", clockTime.format(message.timestamp * 1000)));
  if (message.status && !message.deleted) preview.prepend(ticks(message.status));
  second.append(preview);
  if (unread > 0) {
    const badge = second.appendChild(element("span", "badge", unread));
    badge.setAttribute("aria-label", `${unread} new`);
  }
  return row(chat, first, second);
}

function contactRow(one) {
  const name = element("span", "row"), hint = element("span", "row soft", one.group ? "Write to the group" : "Write as this person");
  name.appendChild(element("span", "name", one.name)).dir = "auto";
  return row(one, name, hint);
}

// By message, which of its buttons were pressed: each of them can be only once.
function pressedButtons(chat) {
  const pressed = new Map();
  for (const {choice, quotedId} of chat.messages) {
    if (choice !== undefined) pressed.set(quotedId, [...(pressed.get(quotedId) || []), choice]);
  }
  return pressed;
}

function replace(old, node) {
  const {name, value} = old.contains(document.activeElement) ? document.activeElement : {};
  old.replaceWith(node);
  if (name) node.querySelector(`[name="${CSS.escape(name)}"][value="${CSS.escape(value)}"]`)?.focus();
}

function showTalk(chat) {
  const talk = $("talk");
  const fresh = shown.id !== chat.id;
  if (fresh) { talk.replaceChildren(); shown = {id: chat.id, day: "", bubbles: new Map()}; }
  const pressed = pressedButtons(chat);
  for (const one of chat.messages) {
    const message = {...one, pressed: pressed.get(one.id) || []};
    const said = JSON.stringify({...message, status: null, reactions: null}), before = shown.bubbles.get(message.id);
    if (before?.said === said) { before.node.refresh(message); continue; }
    const node = bubble(message, chat.id.endsWith("@g.us"));
    node.refresh(message);
    shown.bubbles.set(message.id, {said, node});
    if (before) { replace(before.node, node); continue; }
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
  const chats = new Map(phone.chats.map((one) => [one.id, one]));
  const others = phone.contacts.filter((one) => !chats.has(one.id));
  const somebody = others.find((one) => one.id === wanted);
  const chat = chats.get(wanted) || (somebody && {...somebody, messages: []});
  $("list").hidden = Boolean(chat);
  $("talk").hidden = $("back").hidden = !chat;
  $("empty").hidden = Boolean(chat) || chats.size > 0;
  $("others").hidden = Boolean(chat) || others.length === 0;
  $("title").textContent = chat ? chat.name : "Chats";
  $("subtitle").textContent = chat ? chat.id : `+${phone.phone}`;
  document.title = chat ? chat.name : `+${phone.phone}`;
  showLinking(!chat);
  showWriting(chat);
  if (chat) return showTalk(chat);
  shown = {};
  const focus = document.activeElement?.dataset?.chat;
  $("list").replaceChildren(...phone.chats.map(chatRow));
  $("contacts").replaceChildren(...others.map(contactRow));
  if (focus) $("scroll").querySelector(`[data-chat="${CSS.escape(focus)}"]`)?.focus();
}

function showPanel() {
  const state = phone.state || "being created", linked = phone.state === "authorized";
  $("instance").textContent = phone.id;
  $("state-text").textContent = state;
  $("dot").className = `dot ${state}`;
  $("queue").textContent = `${plural(phone.queue, "message")} in the send queue`;
  $("notifications").textContent = `${plural(phone.notifications, "notification")} to be received`;
  $("online").checked = phone.online;
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

const control = (wish) => send("control", wish);

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
  $("online").onchange = () => act({act: "goOnline", online: $("online").checked});
  startWriting();
  startLinking();
  $("clear").onclick = () => control({clearFaults: true});
  $("back").onclick = () => { location.hash = ""; };
  window.onhashchange = () => {
    showPhone();
    (location.hash.length > 1 ? $("back") : $("scroll").querySelector("button.chat"))?.focus();
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
