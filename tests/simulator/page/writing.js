// What a person does in a chat: write, send files, answer, react, change and call.

const actors = new Map();    // chat id -> whom one writes as there; empty: the account's owner
const EMOJI = ["👍", "❤️", "😂", "😮", "😢", "🙏"];
let current = null, about = null;

async function ask(path, options) {
  const answer = await fetch(`/phone/${instance}/${path}`, {method: "POST", ...options});
  await look();
  return answer.ok;
}

const send = (path, wish) =>
  ask(path, {headers: {"Content-Type": "application/json"}, body: JSON.stringify(wish)});

const actor = () => (current ? actors.get(current.id) : "");
const act = (wish) => send("act", {chat: current?.id, as: actor(), ...wish});

function people(chat) {
  if (!chat.id.endsWith("@g.us")) return [{id: chat.id, name: chat.name}];
  const known = new Map(phone.contacts.filter((one) => !one.group).map((one) => [one.id, one.name]));
  for (const one of chat.messages) if (one.senderId && !known.has(one.senderId)) known.set(one.senderId, one.sender);
  return [...known].map(([id, name]) => ({id, name}));
}

function showWriting(chat) {
  const fresh = current?.id !== chat?.id, everybody = chat ? people(chat) : [];
  if (fresh) { consider(null); $("text").value = ""; }
  current = chat;
  $("writing").hidden = !chat;
  $("call").hidden = !chat || chat.id.endsWith("@g.us");
  if (!chat) return showRinging(null);
  if (!actors.has(chat.id)) actors.set(chat.id, everybody[0]?.id || "");
  const options = [...everybody, {id: "", name: `this phone, +${phone.phone}`}];
  if (fresh || $("as").options.length !== options.length) {
    $("as").replaceChildren(...options.map((one) => new Option(one.name, one.id)));
  }
  $("as").value = actor();
  $("call").disabled = phone.state !== "authorized";
  showRinging(chat);
  read(chat);
}

// Whoever looks at a chat has read it.
function read(chat) {
  const unread = chat.messages.some((one) => one.fromMe && one.status === "delivered");
  if (unread && document.visibilityState === "visible") act({act: "read"});
}

function showRinging(chat) {
  const call = chat?.messages.find((one) => one.type === "call" && !one.outcome);
  $("ringing").hidden = !call;
  if ($("ringing").dataset.call === (call?.id || "")) return;
  $("ringing").dataset.call = call?.id || "";
  $("ringing").replaceChildren(...(call ? [icon("call"), element("span", "", `${chat.name} calls …`)] : []));
  for (const [outcome, text] of call ? [["pickUp", "Pick up"], ["declined", "Decline"], ["hangUp", "Hang up"]] : []) {
    const button = $("ringing").appendChild(element("button", "", text));
    button.onclick = () => act({act: "endCall", call: call.id, outcome});
  }
}

// Somebody answers a message or changes it, until it is sent or forgotten.
function consider(what) {
  about = what;
  $("about").hidden = !about;
  if (!about) return;
  const head = element("p", "name", about.edit ? "Edit" : `Answer ${about.message.fromMe ? "this phone" : about.message.sender}`);
  $("about-what").replaceChildren(head, summary(about.message, "said"));
  if (about.edit) $("text").value = about.message.text;
  $("text").focus();
  fit();
}

function fit() {
  $("text").style.blockSize = "auto";
  $("text").style.blockSize = `${$("text").scrollHeight + 2}px`;
}

async function submit() {
  const text = $("text").value.trim(), message = about?.message.id;
  if (!text) return;
  const done = about?.edit
    ? await act({act: "edit", message, text})
    : await act({act: "write", text, quoted: message || null});
  if (!done) return;
  $("text").value = "";
  consider(null);
  fit();
  atEnd = true;
  keepAtEnd();
}

async function attach(file) {
  const said = new URLSearchParams({chat: current.id, as: actor(), text: $("text").value.trim(), name: file.name, type: file.type});
  if (about && !about.edit) said.set("quoted", about.message.id);
  const headers = {"Content-Type": "application/octet-stream"};
  if (!await ask(`attach?${said}`, {headers, body: file})) return;
  $("text").value = "";
  consider(null);
  fit();
}

// The sheet with all one can do with a message.

function moreButton(message) {
  const button = element("button", "more");
  button.append(icon("more"));
  button.setAttribute("aria-label", "React, answer, change");
  button.onclick = () => showSheet(message, button);
  return button;
}

function showSheet(message, opener) {
  const card = $("sheet-card"), line = element("div", "emoji");
  const close = () => { $("sheet").hidden = true; opener.focus(); };
  const item = (parent, name, text, run) => {
    const button = parent.appendChild(element("button", "", text));
    if (name) button.prepend(icon(name));
    button.onclick = () => { close(); run(); };
  };
  card.replaceChildren(summary(message, "said"));
  if (actor()) {
    card.append(line);
    for (const emoji of EMOJI) item(line, "", emoji, () => act({act: "react", message: message.id, emoji}));
  }
  item(card, "reply", "Answer", () => consider({message}));
  if (message.fromMe ? message.byPhone && !actor() : message.senderId === actor()) {
    if (message.type === "text" || message.file) item(card, "edit", "Edit", () => consider({message, edit: true}));
    item(card, "deleted", "Delete", () => act({act: "delete", message: message.id}));
  }
  $("sheet").hidden = false;
  $("sheet").onclick = (event) => { if (event.target === $("sheet")) close(); };
  $("sheet").onkeydown = (event) => { if (event.key === "Escape") close(); };
  card.querySelector("button").focus();
}

function startWriting() {
  for (const [id, name] of [["call", "call"], ["forget", "close"], ["send", "send"]]) $(id).append(icon(name));
  $("attach").prepend(icon("attach"));
  $("call").onclick = () => act({act: "call"});
  $("forget").onclick = () => { if (about?.edit) $("text").value = ""; consider(null); };
  $("as").onchange = () => { actors.set(current.id, $("as").value); shown = {}; consider(null); showPhone(); };
  $("file").onchange = async () => {
    for (const file of $("file").files) await attach(file);
    $("file").value = "";
  };
  $("text").oninput = fit;
  $("text").onkeydown = (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    submit();
  };
  $("writing").onsubmit = (event) => { event.preventDefault(); submit(); };
}
